import type { Sealer } from '../auth/sealed-token.ts';
import { MAX_IMAGE_STREAM_BYTES } from '../upstream/images/image-stream.ts';
import { monotonicNow as realMonotonicNow, wallClockNow } from '../util/clocks.ts';
import type { DecodeBudget } from './decode-memory.ts';
import { createFreshness } from './freshness.ts';
import { imageResponse, notModifiedResponse } from './image-response.ts';
import type { ImageFacts } from './inspect.ts';
import { defaultImageLimits, type ImageLimits } from './limits.ts';
import { hasDecoder } from './load-sharp.ts';
import { createOriginals, payloadFromMemory } from './originals.ts';
import { errorResponse, invalidUrlResponse, methodNotAllowedResponse } from './responses.ts';
import { SendBudget } from './send-budget.ts';
import { MEDIA_TYPES } from './signature.ts';
import { type ImageGrant, type ImageSource, type ImageSubject, parseGrant, serializeGrant } from './source.ts';
import { createTokenCache } from './token-cache.ts';
import { PLACEHOLDER, roundUpWidth, type Variant } from './variant.ts';
import { createVariantCache, type OpenImage } from './variant-cache.ts';

/** Images at URLs of this gateway. */
export interface Images {
  /**
   * Absolute, sealed, expiring URL of an image, which works in `<img src>` without headers.
   *
   * @param variant Width or format that differs from the original. The width is rounded up to the next step.
   */
  url(baseUrl: string, apiKey: string, source: ImageSource, variant?: Variant): string;
  /** Time until which a URL that is created now works. */
  urlExpiry(): Date;
  /**
   * Handles GET and HEAD of `/images/{token}`. Never rejects.
   *
   * @param onGrant Called with the API key of the image.
   */
  serve(request: Request, onGrant?: (apiKey: string) => void): Promise<Response>;
  /** Format and size of an image, from its bytes. @throws DownloadError when it cannot be read. */
  facts(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<ImageFacts>;
  /** A tiny variant as a `data:` URL; null without a decoder. @throws DownloadError when the image cannot be read. */
  placeholder(apiKey: string, source: ImageSource, signal: AbortSignal): Promise<string | null>;
  /** Evicts the variants of an image that was replaced or deleted, and changes its URL. */
  invalidate(apiKey: string, subject: ImageSubject): void;
}

export interface ImagesOptions {
  sealer: Sealer;
  /**
   * Opens an image with a credential. May reject with a DownloadError or with an error that has a numeric `status`:
   * 404 and 410 result in 404, 401 and 403 in 403, a timeout in 504, and all other errors in 502.
   */
  open: OpenImage;
  /** Limits of memory and concurrency. @default {@link defaultImageLimits} */
  limits?: Pick<ImageLimits, 'cacheBytes' | 'pixels'> & Partial<Pick<ImageLimits, 'streams'>>;
  /** Memory budget for decoding. @default unlimited */
  budget?: DecodeBudget | undefined;
  /** The wall clock, in milliseconds since the epoch. @default real time */
  now?: () => number;
  /** The monotonic clock, in milliseconds. @default real time */
  monotonicNow?: () => number;
  /** Called with the full error of an image that could not be served, for the log; the response reveals less. */
  onFailure?: (error: unknown, source: ImageSource) => void;
}

const PURPOSE = 'image';

/** @see Images */
export function createImages(options: ImagesOptions): Images {
  const { sealer, open, limits = defaultImageLimits, onFailure = () => {} } = options;
  const { now = wallClockNow, monotonicNow = realMonotonicNow } = options;
  const freshness = createFreshness({ now, monotonicNow });
  const variantCache = createVariantCache({ open, freshness, limits, budget: options.budget });
  const sendBudget = new SendBudget(Math.max(limits.cacheBytes, 2 * MAX_IMAGE_STREAM_BYTES));
  const originals = createOriginals({
    open,
    variantCache,
    sendBudget,
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
   * ETag of an original. Images of predictions never change, so the URL alone makes a strong ETag. A data item can be
   * replaced elsewhere at any time, so an ETag that is not derived from its bytes must be weak (RFC 9110 section
   * 8.8.1); it changes after a minute and after each known change.
   */
  const etagOf = (token: string, { apiKey, source }: ImageGrant) => {
    const urlTag = token.slice(-22);
    if (source.kind === 'prediction') return `"${urlTag}"`;
    return `W/"${urlTag}-${freshness.periodOf(source)}-${freshness.revisionOf(apiKey, source) ?? ''}"`;
  };

  const serveOriginal = async (request: Request, token: string, grant: ImageGrant): Promise<Response> => {
    const caching = cachingOf(grant.source, etagOf(token, grant));
    const notModified = notModifiedResponse(request, caching);
    if (notModified) return notModified;
    return imageResponse(request, { ...(await originals.open(request, grant.apiKey, grant.source)), caching });
  };

  const serveVariant = async (
    request: Request,
    { apiKey, source }: ImageGrant,
    variant: Variant,
  ): Promise<Response> => {
    const get = () => variantCache.variant(apiKey, source, variant, request.signal);
    const made = await sendBudget.acquire(apiKey, request.signal, get);
    return imageResponse(request, { ...payloadFromMemory(made), caching: cachingOf(source, `"${made.image.hash}"`) });
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

    urlExpiry: () => sealer.expiry(),

    async serve(request, onGrant) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowedResponse(request.method);
      const token = /\/images\/([\w-]+)$/.exec(new URL(request.url).pathname)?.[1] ?? '';
      const grant = grantOf(token);
      if (!grant) return invalidUrlResponse();
      onGrant?.(grant.apiKey);
      try {
        const { variant } = grant;
        // A page then shows the image in another size, instead of none.
        const isOriginal = !variant || !hasDecoder();
        return isOriginal ? await serveOriginal(request, token, grant) : await serveVariant(request, grant, variant);
      } catch (error) {
        // A disconnected client receives no response, and its disconnect is not a failure of the gateway.
        if (!request.signal.aborted) onFailure(error, grant.source);
        return errorResponse(error);
      }
    },

    facts: (apiKey, source, signal) => variantCache.facts(apiKey, source, signal),

    async placeholder(apiKey, source, signal) {
      if (!hasDecoder()) return null;
      const { bytes, format } = await variantCache.variant(apiKey, source, PLACEHOLDER, signal);
      return `data:${MEDIA_TYPES[format]};base64,${bytes.toString('base64')}`;
    },

    invalidate(apiKey, subject) {
      freshness.markChanged(apiKey, subject);
      variantCache.evict(apiKey, subject);
    },
  };
}
