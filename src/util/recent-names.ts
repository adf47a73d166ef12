/** Names that were added recently. */
export class RecentNames {
  readonly #maxAge: number;
  readonly #monotonicNow: () => number;
  /** Times by name, in ascending order. */
  readonly #addedAt = new Map<string, number>();

  /**
   * @param maxAge Time for which a name is kept, in milliseconds.
   * @param monotonicNow A monotonic clock, in milliseconds.
   */
  constructor(maxAge: number, monotonicNow: () => number) {
    this.#maxAge = maxAge;
    this.#monotonicNow = monotonicNow;
  }

  get isEmpty(): boolean {
    this.#evictOld();
    return this.#addedAt.size === 0;
  }

  add(name: string): void {
    this.#evictOld();
    this.#addedAt.delete(name);
    this.#addedAt.set(name, this.#monotonicNow());
  }

  delete(name: string): void {
    this.#addedAt.delete(name);
  }

  has(name: string): boolean {
    if (this.#addedAt.size === 0) return false;
    this.#evictOld();
    return this.#addedAt.has(name);
  }

  #evictOld(): void {
    const oldest = this.#monotonicNow() - this.#maxAge;
    for (const [name, addedAt] of this.#addedAt) {
      if (addedAt > oldest) return;
      this.#addedAt.delete(name);
    }
  }
}
