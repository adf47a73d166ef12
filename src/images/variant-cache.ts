import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { LRUCache } from 'lru-cache';
import type { ImageStream } from '../upstream/images/image-stream.ts';
import { createSemaphore } from '../util/semaphore.ts';
import { SingleFlight } from '../util/single-flight.ts';
import type { DecodeBudget } from './decode-memory.ts';
import type { Freshness } from './freshness.ts';
import { type ImageFacts, inspect, readAll } from './inspect.ts';
import type { ImageLimits } from './limits.ts';
import { makeVariant } from './make-variant.ts';
import { type ImageFormat, requireFormat } from './signature.ts';
import type { ImageSource, ImageSubject } from './source.ts';
import type { Variant } from './variant.ts';

/** A resized or re-encoded image. */
export interface ImageVariant {
  readonly bytes: Buffer;
  readonly format: ImageFormat;
  /** Hash of the bytes. */
  readonly hash: string;
}

/** An original in memory. */
export interface WholeImage extends Pick<ImageVariant, 'bytes' | 'format'> {
  /** True if its size was known before it was read. Range requests are only supported then. */
  readonly isSized: boolean;
}

/** Opens an image with a credential. */
export type OpenImage = (apiKey: string, source: ImageSource, signal: AbortSignal) => Promise<ImageStream>;

/** Cache of variants, originals and properties of images, per credential. */
export interface VariantCache {
  /**
   * Makes a variant, or returns the cached one. @throws DownloadError when the image cannot be read or decoded; the
   * signal's reason.
   */
  variant(apiKey: string, source: ImageSource, variant: Variant, signal: AbortSignal): Promise<ImageVariant>;
  /** Reads the whole original, for range requests. @throws As {@link VariantCache.variant}. */
  original(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<WholeImage>;
  /** True if the original is in memory or is being read. */
  hasOriginal(apiKey: string, source: ImageSource): boolean;
  /** Properties of an image. @throws As {@link VariantCache.variant}. */
  facts(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<ImageFacts>;
  /** Evicts the variants of a changed image. */
  evict(apiKey: string, subject: ImageSubject): void;
}

export interface VariantCacheOptions {
  open: OpenImage;
  freshness: Freshness;
  limits: Pick<ImageLimits, 'cacheBytes' | 'pixels'>;
  /** Memory budget for decoding. @default unlimited */
  budget?: DecodeBudget | undefined;
  /** Makes a variant. @default {@link makeVariant} */
  make?: typeof makeVariant;
}

interface Original {
  bytes: Buffer;
  isSized: boolean;
  facts: ImageFacts;
}

/** Maximum number of originals in memory, in total and per credential. */
const ORIGINAL_SLOTS = { total: 8, perOwner: 4 };
const MAX_DECODERS = Math.min(4, availableParallelism());
const MAX_FACTS = 10_000;
/** Approximate memory of a cache entry in addition to its image, in bytes. */
const ENTRY_OVERHEAD_BYTES = 1_024;

/**
 * @see VariantCache. Concurrent requests share one read of an original and one computation of a variant, which are
 *   aborted when all of these requests are. Failures are not cached.
 */
export function createVariantCache({
  open,
  freshness,
  limits,
  budget,
  make = makeVariant,
}: VariantCacheOptions): VariantCache {
  const slots = createSemaphore(ORIGINAL_SLOTS);
  const decoders = createSemaphore({ total: MAX_DECODERS, perOwner: MAX_DECODERS });
  const originals = new SingleFlight<Original>();
  const variants = new SingleFlight<ImageVariant>();
  const cachedFacts = new LRUCache<string, ImageFacts>({
    // Not `max`, which allocates all entries at once.
    maxSize: MAX_FACTS,
    sizeCalculation: () => 1,
  });
  const cached = new LRUCache<string, ImageVariant | WholeImage>({
    maxSize: limits.cacheBytes,
    sizeCalculation: ({ bytes }) => bytes.byteLength + ENTRY_OVERHEAD_BYTES,
  });

  /** Reads a whole original. Its slot is released when the signal aborts, which is after its last use. */
  const read = async (apiKey: string, source: ImageSource, key: string, signal: AbortSignal): Promise<Original> => {
    const acquired = slots.acquire(apiKey, signal);
    const releaseSlot = () =>
      void acquired.then(
        (release) => release(),
        () => {},
      );
    signal.addEventListener('abort', releaseSlot, { once: true });
    await acquired;
    const image = await open(apiKey, source, signal);
    const bytes = await readAll(image.body);
    const facts = await inspect(bytes, limits.pixels);
    if (source.kind === 'prediction') cachedFacts.set(key, facts);
    return { bytes, isSized: image.byteSize !== undefined, facts };
  };
  const withOriginal = <Result>(
    apiKey: string,
    source: ImageSource,
    signal: AbortSignal,
    use: (original: Original) => Result | Promise<Result>,
  ): Promise<Result> => {
    const key = freshness.cacheKey(apiKey, source);
    return originals.use(key, signal, (shared) => read(apiKey, source, key, shared), use);
  };

  return {
    async variant(apiKey, source, variant, signal) {
      const key = `${freshness.cacheKey(apiKey, source)}/${variant.width ?? ''}/${variant.format ?? ''}`;
      const hit = cached.get(key);
      if (hit && 'hash' in hit) return hit;
      const begin = (shared: AbortSignal) =>
        withOriginal(apiKey, source, shared, async ({ bytes }) => {
          const release = await decoders.acquire(apiKey, shared);
          try {
            const memory = budget && { budget, owner: apiKey, signal: shared };
            const encoded = await make(bytes, variant, limits.pixels, memory);
            const hash = createHash('sha256').update(encoded.bytes).digest('base64url').slice(0, 27);
            const made = { ...encoded, hash };
            cached.set(key, made);
            return made;
          } finally {
            release();
          }
        });
      return variants.use(key, signal, begin, (made) => made);
    },
    async original(apiKey, source, signal) {
      const key = `${freshness.cacheKey(apiKey, source)}/original`;
      const hit = cached.get(key);
      if (hit && 'isSized' in hit) return hit;
      return withOriginal(apiKey, source, signal, ({ bytes, isSized }) => {
        const whole = { bytes, isSized, format: requireFormat(bytes) };
        cached.set(key, whole);
        return whole;
      });
    },
    hasOriginal(apiKey, source) {
      const key = freshness.cacheKey(apiKey, source);
      return cached.has(`${key}/original`) || originals.has(key);
    },
    async facts(apiKey, source, signal) {
      const hit = cachedFacts.get(freshness.cacheKey(apiKey, source));
      return hit ?? withOriginal(apiKey, source, signal, ({ facts }) => facts);
    },
    evict(apiKey, subject) {
      const prefix = freshness.cacheKeyPrefix(apiKey, subject);
      for (const key of [...cached.keys()]) if (key.startsWith(prefix)) cached.delete(key);
    },
  };
}
