/** Which replicas hold which names. */
export class Holders {
  readonly #byName = new Map<string, Set<string>>();
  readonly #byHolder = new Map<string, Set<string>>();

  /** Number of names that are held. */
  get size(): number {
    return this.#byName.size;
  }

  /** @returns True if the name was not held before. */
  add(name: string, holder: string): boolean {
    const isFirst = !this.#byName.has(name);
    addTo(this.#byName, name, holder);
    addTo(this.#byHolder, holder, name);
    return isFirst;
  }

  /** @returns True if the name was held, and is not any more. */
  delete(name: string, holder: string): boolean {
    if (!this.#byName.get(name)?.has(holder)) return false;
    deleteFrom(this.#byHolder, holder, name);
    deleteFrom(this.#byName, name, holder);
    return !this.#byName.has(name);
  }

  /** The names that a replica holds. */
  namesOf(holder: string): string[] {
    return [...(this.#byHolder.get(holder) ?? [])];
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  isHeldBy(name: string, holder: string): boolean {
    return this.#byName.get(name)?.has(holder) ?? false;
  }

  /** Takes a name from all replicas. */
  clear(name: string): void {
    for (const holder of [...(this.#byName.get(name) ?? [])]) this.delete(name, holder);
  }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}

function deleteFrom(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  values?.delete(value);
  if (values?.size === 0) map.delete(key);
}
