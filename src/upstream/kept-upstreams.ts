import { ScanResistantCache } from '../util/scan-resistant-cache.ts';
import type { KeyShared } from './key-upstream.ts';

/** Number of keys whose state is kept although it is not in use: of those that were used repeatedly, and of new ones. */
const MAX_UNUSED = { repeated: 1_000, new: 20 };

/**
 * The upstreams of keys by key: all in use, and those that were used recently. Of keys that are used once, such as invented ones,
 * few are kept: they are dropped while they are young, which costs the garbage collector least.
 */
export class KeptUpstreams<Upstream extends { readonly shared: Pick<KeyShared, 'isInUse' | 'onUnused'> }> {
  readonly #recent = new ScanResistantCache<Upstream>({
    max: MAX_UNUSED.repeated,
    maxNew: MAX_UNUSED.new,
    onEvicted: (upstream, apiKey, isReturning) => this.#onEvicted(upstream, apiKey, isReturning),
  });
  /** Those that were evicted while they were in use. They return to the others afterwards, because an operation may continue. */
  readonly #inUse = new Map<string, Upstream>();

  get(apiKey: string): Upstream | undefined {
    return this.#recent.get(apiKey) ?? this.#inUse.get(apiKey);
  }

  /** Adds the upstream of a key that has none. */
  add(apiKey: string, upstream: Upstream): void {
    this.#recent.add(apiKey, upstream);
  }

  /** Keeps the upstream of a key as if it had been used repeatedly. */
  keepLonger(apiKey: string): void {
    this.#recent.keep(apiKey);
  }

  *values(): Iterable<Upstream> {
    yield* this.#recent.values();
    yield* this.#inUse.values();
  }

  #onEvicted(upstream: Upstream, apiKey: string, isReturning: boolean): void {
    const { shared } = upstream;
    if (!shared.isInUse) return;
    this.#inUse.set(apiKey, upstream);
    shared.onUnused = () => {
      shared.onUnused = undefined;
      this.#inUse.delete(apiKey);
      this.#recent.add(apiKey, upstream, isReturning);
    };
  }
}
