/** Values by name, each of them for as long as somebody else holds it. */
export class WeakValueMap<Value extends object> {
  readonly #refs = new Map<string, WeakRef<Value>>();
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (!this.#refs.get(name)?.deref()) this.#refs.delete(name);
  });

  /** The value of this name; made when nobody holds one. */
  get(name: string, make: () => Value): Value {
    const held = this.#refs.get(name)?.deref();
    if (held) return held;
    const made = make();
    this.#refs.set(name, new WeakRef(made));
    this.#collected.register(made, name);
    return made;
  }
}
