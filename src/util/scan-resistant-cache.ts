import { LRUCache } from 'lru-cache';
import { hashOf } from './hash.ts';

/** Number of hashes of names that are remembered. Must be a power of two. */
const SLOTS = 16_384;

export interface ScanResistantCacheOptions<Value> {
  /** Maximum number of values whose names have occurred before. */
  max: number;
  /** Maximum number of values with new names. */
  maxNew: number;
  /** Called with each value that is evicted, and true if its name had occurred before. @default nothing is called */
  onEvicted?: (value: Value, name: string, isReturning: boolean) => void;
}

/**
 * A cache by name. Any number of names that occur once cannot flush it: few values with new names are kept, and more of those
 * whose names return after their eviction. Of either, the least recently used one is evicted.
 */
export class ScanResistantCache<Value extends object> {
  readonly #new: LRUCache<string, Value>;
  readonly #returning: LRUCache<string, Value>;
  /** The hashes of names, each in the slot that it selects. A name whose slot was taken by another one counts as new again. */
  readonly #known = new Int32Array(SLOTS);

  constructor({ max, maxNew, onEvicted }: ScanResistantCacheOptions<Value>) {
    const disposeAs = (isReturning: boolean) => (value: Value, name: string, reason: LRUCache.DisposeReason) => {
      if (reason === 'evict') onEvicted?.(value, name, isReturning);
    };
    this.#new = new LRUCache({ max: maxNew, dispose: disposeAs(false) });
    this.#returning = new LRUCache({ max, dispose: disposeAs(true) });
  }

  get(name: string): Value | undefined {
    return this.#returning.get(name) ?? this.#new.get(name);
  }

  /** Adds a value under a name that has none. @param isReturning @default true if the name has occurred before */
  add(name: string, value: Value, isReturning = this.#hasOccurred(name)): void {
    (isReturning ? this.#returning : this.#new).set(name, value);
  }

  /** Keeps a value as if its name had occurred before. */
  keep(name: string): void {
    const value = this.#new.get(name);
    if (!value) return;
    this.#new.delete(name);
    this.#returning.set(name, value);
  }

  *values(): Iterable<Value> {
    yield* this.#new.values();
    yield* this.#returning.values();
  }

  #hasOccurred(name: string): boolean {
    const hash = hashOf(name);
    const slot = hash & (SLOTS - 1);
    const isKnown = this.#known[slot] === hash;
    this.#known[slot] = hash;
    return isKnown;
  }
}
