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

/** A copy of a picture in another width or format. */
export interface ImageVariant {
  readonly bytes: Buffer;
  readonly format: ImageFormat;
  /** Equal bytes have equal ones, others do not. */
  readonly hash: string;
}

/** An image as it is. */
export interface WholeImage extends Pick<ImageVariant, 'bytes' | 'format'> {
  /** Whether its length was known before it was read: only then are parts of it sent. */
  readonly isSized: boolean;
}

/** Opens a picture with a credential. */
export type OpenImage = (apiKey: string, source: ImageSource, signal: AbortSignal) => Promise<ImageStream>;

/** What is made of whole pictures, and remembered for the credential that read them. */
export interface VariantCache {
  /** @throws DownloadError when the picture cannot be had or decoded; the signal's reason when it aborts. */
  variant(apiKey: string, source: ImageSource, variant: Variant, signal: AbortSignal): Promise<ImageVariant>;
  /** The image as it is, for a part of it. @throws As {@link VariantCache.variant}. */
  original(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<WholeImage>;
  /** Whether the image as it is is in memory, or is being read into it. */
  hasOriginal(apiKey: string, source: ImageSource): boolean;
  /** @throws As {@link VariantCache.variant}. */
  facts(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<ImageFacts>;
  /** Gives up what was made of pictures that have changed. */
  evict(apiKey: string, subject: ImageSubject): void;
}

export interface VariantCacheOptions {
  open: OpenImage;
  freshness: Freshness;
  limits: Pick<ImageLimits, 'cacheBytes' | 'pixels'>;
  /** Memory to decode in. @default no bound */
  budget?: DecodeBudget | undefined;
  /** Makes a copy. @default {@link makeVariant} */
  make?: typeof makeVariant;
}

interface Original {
  bytes: Buffer;
  isSized: boolean;
  facts: ImageFacts;
}

/** Whole originals in memory at once, of all credentials and of each. */
const ORIGINAL_SLOTS = { total: 8, each: 4 };
const MAX_DECODERS = Math.min(4, availableParallelism());
const MAX_FACTS = 10_000;
/** What remembering a copy takes besides its bytes, roughly, in bytes. */
const ENTRY_OVERHEAD_BYTES = 1_024;

/**
 * @see VariantCache. A picture that many want at the same time is read once, and so is every copy made once; both go on for
 * as long as one of them waits. Failures are not remembered.
 */
export function createVariantCache({
  open,
  freshness,
  limits,
  budget,
  make = makeVariant,
}: VariantCacheOptions): VariantCache {
  const places = createSemaphore(ORIGINAL_SLOTS);
  const decoders = createSemaphore({ total: MAX_DECODERS, each: MAX_DECODERS });
  const originals = new SingleFlight<Original>();
  const making = new SingleFlight<ImageVariant>();
  const factsByName = new LRUCache<string, ImageFacts>({ max: MAX_FACTS });
  const copies = new LRUCache<string, ImageVariant | WholeImage>({
    maxSize: limits.cacheBytes,
    sizeCalculation: ({ bytes }) => bytes.byteLength + ENTRY_OVERHEAD_BYTES,
  });

  /** Reads a picture whole, in a place that is held until the last who uses it is done. */
  const read = async (apiKey: string, source: ImageSource, name: string, signal: AbortSignal): Promise<Original> => {
    const entering = places.acquire(apiKey, signal);
    const leave = () =>
      void entering.then(
        (end) => end(),
        () => {},
      );
    signal.addEventListener('abort', leave, { once: true });
    await entering;
    const picture = await open(apiKey, source, signal);
    const bytes = await readAll(picture.body);
    const facts = await inspect(bytes, limits.pixels);
    if (source.kind === 'prediction') factsByName.set(name, facts);
    return { bytes, isSized: picture.byteSize !== undefined, facts };
  };
  const withOriginal = <Made>(
    apiKey: string,
    source: ImageSource,
    signal: AbortSignal,
    use: (original: Original) => Made | Promise<Made>,
  ): Promise<Made> => {
    const name = freshness.cacheKey(apiKey, source);
    return originals.use(name, signal, (wanted) => read(apiKey, source, name, wanted), use);
  };

  return {
    async variant(apiKey, source, variant, signal) {
      const name = `${freshness.cacheKey(apiKey, source)}/${variant.width ?? ''}/${variant.format ?? ''}`;
      const known = copies.get(name);
      if (known && 'hash' in known) return known;
      const begin = (wanted: AbortSignal) =>
        withOriginal(apiKey, source, wanted, async ({ bytes }) => {
          const leave = await decoders.acquire(apiKey, wanted);
          try {
            const memory = budget && { budget, owner: apiKey, signal: wanted };
            const made = await make(bytes, variant, limits.pixels, memory);
            const copy = { ...made, hash: createHash('sha256').update(made.bytes).digest('base64url').slice(0, 27) };
            copies.set(name, copy);
            return copy;
          } finally {
            leave();
          }
        });
      return making.use(name, signal, begin, (copy) => copy);
    },
    async original(apiKey, source, signal) {
      const name = `${freshness.cacheKey(apiKey, source)}/original`;
      const known = copies.get(name);
      if (known && 'isSized' in known) return known;
      return withOriginal(apiKey, source, signal, ({ bytes, isSized }) => {
        const whole = { bytes, isSized, format: requireFormat(bytes) };
        copies.set(name, whole);
        return whole;
      });
    },
    hasOriginal(apiKey, source) {
      const name = freshness.cacheKey(apiKey, source);
      return copies.has(`${name}/original`) || originals.has(name);
    },
    async facts(apiKey, source, signal) {
      const known = factsByName.get(freshness.cacheKey(apiKey, source));
      return known ?? withOriginal(apiKey, source, signal, ({ facts }) => facts);
    },
    evict(apiKey, subject) {
      const prefix = freshness.cacheKeyPrefix(apiKey, subject);
      for (const name of [...copies.keys()]) if (name.startsWith(prefix)) copies.delete(name);
    },
  };
}
