import type { Caller } from '../auth/caller.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import { NEVER_ABORTED } from '../util/abort-signals.ts';
import type { Images } from './images.ts';
import type { ImageFacts } from './inspect.ts';
import type { ImageSource, ImageSubject } from './source.ts';
import type { UpstreamImages } from './upstream-images.ts';
import type { Variant } from './variant.ts';

/** Maximum number of upstream requests to read an image: for its location, and for its bytes. */
const MAX_IMAGE_REQUESTS = 2;

/** The parts of the gateway that {@link CallerImages} binds to a caller. */
export interface ImageServices {
  readonly images: Images;
  readonly upstreamImages: UpstreamImages;
}

/** Caches the reads of one response. */
interface ResponseCache {
  /** @param maxRequests Number of upstream requests to count, unless the result is cached. */
  once<Result>(key: string, maxRequests: number, read: () => Promise<Result>): Promise<Result>;
  /** Time until which every image URL of the response works; undefined before the first one. */
  imagesExpireAt: Date | undefined;
}

/** The images of one caller, for one response. */
export class CallerImages {
  readonly #services: ImageServices;
  readonly #caller: Pick<Caller, 'credential' | 'baseUrl'>;
  readonly #lifetime: { readonly signal: AbortSignal | undefined };
  readonly #cache: ResponseCache;

  /** @param lifetime Aborts the reads. */
  constructor(
    services: ImageServices,
    caller: Pick<Caller, 'credential' | 'baseUrl'>,
    lifetime: { readonly signal: AbortSignal | undefined },
    cache: ResponseCache,
  ) {
    this.#services = services;
    this.#caller = caller;
    this.#lifetime = lifetime;
    this.#cache = cache;
  }

  /** Signed URL of an image with the given width and format. */
  url(source: ImageSource, variant: Variant): string {
    // Before the URL is created: if the hour changes in between, it works longer than reported.
    this.expiresAt();
    return this.#services.images.url(this.#caller.baseUrl, this.#apiKey, source, variant);
  }

  /** Time until which the URLs of this response work: the earliest, if they differ. */
  expiresAt(): Date {
    this.#cache.imagesExpireAt ??= this.#services.images.urlExpiry();
    return this.#cache.imagesExpireAt;
  }

  /** Media type, size and dimensions of an image, from its bytes. */
  facts(source: ImageSource): Promise<ImageFacts> {
    return this.#cache.once(`facts ${JSON.stringify(source)}`, MAX_IMAGE_REQUESTS, () =>
      this.#services.images.facts(this.#apiKey, source, this.#signal),
    );
  }

  /** Tiny copy of an image as a `data:` URL. */
  placeholder(source: ImageSource): Promise<string | null> {
    return this.#cache.once(`placeholder ${JSON.stringify(source)}`, MAX_IMAGE_REQUESTS, () =>
      this.#services.images.placeholder(this.#apiKey, source, this.#signal),
    );
  }

  /** Caches the locations of a prediction's images, so that serving them does not read the prediction again. */
  remember(row: PredictionRow): void {
    this.#services.upstreamImages.cacheUrls(this.#apiKey, row);
  }

  /**
   * Runs a write that replaces or deletes an object with images, and evicts cached copies of them, even if the write
   * fails: it may have taken effect nevertheless.
   */
  async evictAfter<Result>(subject: ImageSubject, write: () => Promise<Result>): Promise<Result> {
    const { images, upstreamImages } = this.#services;
    const apiKey = this.#apiKey;
    try {
      return await write();
    } finally {
      if (subject.kind === 'prediction') upstreamImages.evictUrls(apiKey, subject.predictionId);
      images.invalidate(apiKey, subject);
    }
  }

  get #apiKey(): string {
    return this.#caller.credential().apiKey;
  }

  get #signal(): AbortSignal {
    return this.#lifetime.signal ?? NEVER_ABORTED;
  }
}
