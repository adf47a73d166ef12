import type { Sealer } from '../auth/sealed-token.ts';
import { MAX_IMAGE_STREAM_BYTES } from '../upstream/images/image-stream.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from '../util/clocks.ts';
import type { DecodeBudget } from './decode-memory.ts';
import { createFreshness } from './freshness.ts';
import { imageResponse, notModifiedResponse } from './image-response.ts';
import type { ImageFacts } from './inspect.ts';
import { defaultImageLimits, type ImageLimits } from './limits.ts';
import { createOriginals, payloadFromMemory } from './originals.ts';
import { errorResponse, invalidUrlResponse, methodNotAllowedResponse } from './responses.ts';
import { SendBudget } from './send-budget.ts';
import { MEDIA_TYPES } from './signature.ts';
import { type ImageGrant, type ImageSource, type ImageSubject, parseGrant, serializeGrant } from './source.ts';
import { createTokenCache } from './token-cache.ts';
import { PLACEHOLDER, roundUpWidth, type Variant } from './variant.ts';
import { createVariantCache, type OpenImage } from './variant-cache.ts';

/** Pictures under addresses of this gateway. */
export interface Images {
  /**
   * Absolute, sealed, expiring address of an image, which works in `<img src>` without headers.
   *
   * @param variant Another width or format than the original's. The width is rounded up to the next step.
   */
  url(baseUrl: string, apiKey: string, source: ImageSource, variant?: Variant): string;
  /** Answers GET and HEAD of `/images/{token}`. Never rejects. */
  serve(request: Request): Promise<Response>;
  /** What an image's bytes say of it. @throws DownloadError when it cannot be read. */
  facts(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<ImageFacts>;
  /** A tiny copy as a `data:` URL. @throws DownloadError when the image cannot be read. */
  placeholder(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<string>;
  /** To be called when a picture was replaced or deleted: no older copy is shown from here, and its address changes. */
  changed(apiKey: string, subject: ImageSubject): void;
}

export interface ImagesOptions {
  sealer: Sealer;
  /**
   * Opens a picture with a credential. May reject with a DownloadError or with an error that has a numeric `status`:
   * 404 and 410 are answered as 404, 401 and 403 as 403, a timeout as 504, all else as 502.
   */
  open: OpenImage;
  /** How pictures are kept. @default {@link defaultImageLimits} */
  limits?: Pick<ImageLimits, 'cacheBytes' | 'pixels'> & Partial<Pick<ImageLimits, 'streams'>>;
  /** Memory to decode in. @default no bound */
  budget?: DecodeBudget | undefined;
  /** The wall clock, in milliseconds since the epoch. @default real time */
  now?: () => number;
  /** The monotonic clock, in milliseconds. @default real time */
  monotonicNow?: () => number;
  /** Hears of pictures that could not be served, for the log; whoever asks is told less. @default nobody */
  onFailure?: (error: unknown, source: ImageSource) => void;
}

const PURPOSE = 'image';

/** @see Images */
export function createImages(options: ImagesOptions): Images {
  const { sealer, open, limits = defaultImageLimits, onFailure = () => {} } = options;
  const { now = wallClockNow, monotonicNow = realMonotonicNow } = options;
  const freshness = createFreshness({ now, monotonicNow });
  const library = createVariantCache({ open, freshness, limits, budget: options.budget });
  const sending = new SendBudget(Math.max(limits.cacheBytes, 2 * MAX_IMAGE_STREAM_BYTES));
  const originals = createOriginals({
    open,
    library,
    sending,
    freshness,
    streams: limits.streams ?? defaultImageLimits.streams,
  });
  const seal = createTokenCache(sealer, now);

  const grantOf = (token: string) => {
    const text = sealer.open(token, PURPOSE);
    return text === undefined ? undefined : parseGrant(text);
  };
  const cachingOf = (source: ImageSource, etag: string) => ({
    'Cache-Control': `private, max-age=${freshness.secondsLeft(source)}`,
    ETag: etag,
  });

  /**
   * The tag of a picture as it is. That of a prediction never changes, so the address alone makes a strong one. A data
   * item may be replaced elsewhere at any time, so a tag that was not made of its bytes has to be weak (RFC 9110
   * section 8.8.1), and is another one after a minute and after each change that is known of.
   */
  const tagOf = (token: string, { apiKey, source }: ImageGrant) => {
    const address = token.slice(-22);
    if (source.kind === 'prediction') return `"${address}"`;
    return `W/"${address}-${freshness.periodOf(source)}-${freshness.revisionOf(apiKey, source) ?? ''}"`;
  };

  const showOriginal = async (request: Request, token: string, grant: ImageGrant): Promise<Response> => {
    const caching = cachingOf(grant.source, tagOf(token, grant));
    const known = notModifiedResponse(request, caching);
    if (known) return known;
    return imageResponse(request, { ...(await originals.open(request, grant.apiKey, grant.source)), caching });
  };

  const showCopy = async (request: Request, { apiKey, source }: ImageGrant, variant: Variant): Promise<Response> => {
    const get = () => library.variant(apiKey, source, variant, request.signal);
    const copy = await sending.acquire(apiKey, request.signal, get);
    return imageResponse(request, { ...payloadFromMemory(copy), caching: cachingOf(source, `"${copy.image.hash}"`) });
  };

  return {
    url(baseUrl, apiKey, source, variant) {
      const { width, format } = variant ?? {};
      const step = width === undefined ? undefined : roundUpWidth(width);
      const isOriginal = step === undefined && format === undefined;
      const revision = freshness.revisionOf(apiKey, source);
      const grant = { apiKey, source, revision, ...(!isOriginal && { variant: { width: step, format } }) };
      return `${baseUrl}/images/${seal(serializeGrant(grant), PURPOSE)}`;
    },

    async serve(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowedResponse(request.method);
      const token = /\/images\/([\w-]+)$/.exec(new URL(request.url).pathname)?.[1] ?? '';
      const grant = grantOf(token);
      if (!grant) return invalidUrlResponse();
      try {
        const { variant } = grant;
        return variant ? await showCopy(request, grant, variant) : await showOriginal(request, token, grant);
      } catch (error) {
        // Whoever left hears no answer, and leaving is not a failure.
        if (!request.signal.aborted) onFailure(error, grant.source);
        return errorResponse(error);
      }
    },

    facts: (apiKey, source, signal) => library.facts(apiKey, source, signal),

    async placeholder(apiKey, source, signal) {
      const { bytes, format } = await library.variant(apiKey, source, PLACEHOLDER, signal);
      return `data:${MEDIA_TYPES[format]};base64,${bytes.toString('base64')}`;
    },

    changed(apiKey, subject) {
      freshness.markChanged(apiKey, subject);
      library.evict(apiKey, subject);
    },
  };
}
