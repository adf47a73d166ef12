/** Values that arrive at any time, for one reader. */
export class Queue<Value> {
  readonly #values: Value[] = [];
  #ending: { error?: unknown } | undefined;
  #wake = () => {};

  push(value: Value): void {
    this.#values.push(value);
    this.#wake();
  }

  /** True once nothing follows what is in the queue. */
  get hasEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** Ends the queue after the values in it; only the first call has an effect. */
  end(): void {
    this.#ending ??= {};
    this.#wake();
  }

  /** Like {@link end}, but the reader throws the error. */
  fail(error: unknown): void {
    this.#ending ??= { error };
    this.#wake();
  }

  async *read(): AsyncGenerator<Value, undefined> {
    for (;;) {
      while (this.#values.length > 0) yield this.#values.shift() as Value;
      if (this.#ending) {
        if ('error' in this.#ending) throw this.#ending.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
