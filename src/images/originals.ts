import { DownloadError } from '../upstream/images/download-error.ts';
import { onStreamEnd, toChunkStream } from '../util/byte-streams.ts';
import { createSemaphore, maxPerOwner } from '../util/semaphore.ts';
import type { Freshness } from './freshness.ts';
import type { ImagePayload } from './image-response.ts';
import { readHead } from './read-head.ts';
import type { HeldImage, SendBudget } from './send-budget.ts';
import { detectFormat, type ImageFormat, requireFormat, SIGNATURE_BYTES } from './signature.ts';
import type { ImageSource } from './source.ts';
import type { OpenImage, VariantCache } from './variant-cache.ts';

/** An image that is ready to be sent. */
type OpenedImage = Omit<ImagePayload, 'caching'>;

export interface OriginalsOptions {
  open: OpenImage;
  variantCache: VariantCache;
  sendBudget: SendBudget;
  freshness: Freshness;
  /** Maximum number of originals streamed concurrently. Each holds an upstream connection while its client reads. */
  streams: number;
}

/**
 * Opens originals for responses. The first request of an image streams it from the upstream as it arrives. Concurrent
 * requests of the same image, and range requests, share one read of the whole image into memory.
 */
export function createOriginals({ open, variantCache, sendBudget, freshness, streams }: OriginalsOptions) {
  const slots = createSemaphore({ total: streams, perOwner: maxPerOwner(streams) });
  const streamed = new Set<string>();

  const stream = async (apiKey: string, source: ImageSource, signal: AbortSignal): Promise<OpenedImage> => {
    const release = await slots.acquire(apiKey, signal);
    try {
      const image = await open(apiKey, source, signal);
      const { head, body } = await readHead(image.body, SIGNATURE_BYTES);
      if (!detectFormat(head)) void body.cancel().catch(() => {});
      return { format: requireFormat(head), byteSize: image.byteSize, body: onStreamEnd(body, release) };
    } catch (error) {
      release();
      throw error;
    }
  };

  const streamFirst = async (key: string, ...args: Parameters<typeof stream>): Promise<OpenedImage> => {
    streamed.add(key);
    const end = () => void streamed.delete(key);
    try {
      const opened = await stream(...args);
      return { ...opened, body: onStreamEnd(opened.body, end) };
    } catch (error) {
      end();
      throw error;
    }
  };

  return {
    /** Opens an original. @throws DownloadError or UpstreamError when it cannot be read; the signal's reason. */
    async open({ method, headers, signal }: Request, apiKey: string, source: ImageSource): Promise<OpenedImage> {
      const key = freshness.cacheKey(apiKey, source);
      const isWhole = headers.has('range') || streamed.has(key) || variantCache.hasOriginal(apiKey, source);
      if (method === 'GET' && isWhole) {
        const get = () => variantCache.original(apiKey, source, signal);
        const original = await sendBudget.acquire(apiKey, signal, get).catch(ignoreInvalid);
        if (original)
          return { ...payloadFromMemory(original), ...(!original.image.isSized && { byteSize: undefined }) };
      }
      return streamed.has(key) ? await stream(apiKey, source, signal) : await streamFirst(key, apiKey, source, signal);
    },
  };
}

/** Ignores that an image cannot be decoded: it is then streamed unchanged. */
function ignoreInvalid(error: unknown): undefined {
  if (!(error instanceof DownloadError) || error.reason !== 'invalid') throw error;
}

/** An image in memory as a stream that releases its share of the budget when it ends. */
export const payloadFromMemory = ({
  image,
  release,
}: HeldImage<{ bytes: Buffer; format: ImageFormat }>): OpenedImage => ({
  format: image.format,
  byteSize: image.bytes.byteLength,
  body: onStreamEnd(toChunkStream(image.bytes), release),
});
