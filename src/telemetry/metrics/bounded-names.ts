/** Value for names beyond the limit. */
export const OTHER = 'other';

/** Limits the number of distinct names that clients choose: each value of a label costs memory in the gateway and in Prometheus. */
export class BoundedNames {
  readonly #names = new Set<string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The name, if it is among the first ones; else {@link OTHER}. */
  get(name: string): string {
    if (this.#names.has(name)) return name;
    if (this.#names.size >= this.#max) return OTHER;
    this.#names.add(name);
    return name;
  }
}
