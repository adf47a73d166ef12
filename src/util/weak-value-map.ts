/** A map with weakly referenced values. */
export class WeakValueMap<Value extends object> {
  readonly #refs = new Map<string, WeakRef<Value>>();
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (!this.#refs.get(name)?.deref()) this.#refs.delete(name);
  });

  /** Returns the value of a name. Creates it if there is none, or if it was garbage-collected. */
  get(name: string, make: () => Value): Value {
    const held = this.#refs.get(name)?.deref();
    if (held) return held;
    const made = make();
    this.#refs.set(name, new WeakRef(made));
    this.#collected.register(made, name);
    return made;
  }

  /** The values that have not been garbage-collected. */
  *values(): Iterable<Value> {
    for (const ref of this.#refs.values()) {
      const held = ref.deref();
      if (held) yield held;
    }
  }
}
