import { DownloadError } from '../upstream/images/download-error.ts';
import { inPieces, whenOver } from '../util/pieces.ts';
import { createSemaphore, shareOf } from '../util/semaphore.ts';
import type { Freshness } from './freshness.ts';
import type { ImagePayload } from './image-response.ts';
import { readHead } from './read-head.ts';
import type { HeldImage, SendBudget } from './send-budget.ts';
import { detectFormat, type ImageFormat, requireFormat, SIGNATURE_BYTES } from './signature.ts';
import type { ImageSource } from './source.ts';
import type { OpenImage, VariantCache } from './variant-cache.ts';

/** An image that is about to be sent. */
type OpenedImage = Omit<ImagePayload, 'caching'>;

export interface OriginalsOptions {
  open: OpenImage;
  library: VariantCache;
  sending: SendBudget;
  freshness: Freshness;
  /** Originals that are streamed at once, of all credentials. Each holds a connection while its client reads. */
  streams: number;
}

/**
 * Originals for responses. The first client of one gets it as a stream, with the first bytes as soon as they come; others
 * that come meanwhile, and those that request a part, share one read of the whole.
 */
export function createOriginals({ open, library, sending, freshness, streams }: OriginalsOptions) {
  const places = createSemaphore({ total: streams, each: shareOf(streams) });
  const streamed = new Set<string>();

  const stream = async (apiKey: string, source: ImageSource, signal: AbortSignal): Promise<OpenedImage> => {
    const leave = await places.acquire(apiKey, signal);
    try {
      const picture = await open(apiKey, source, signal);
      const { head, body } = await readHead(picture.body, SIGNATURE_BYTES);
      if (!detectFormat(head)) void body.cancel().catch(() => {});
      return { format: requireFormat(head), byteSize: picture.byteSize, body: whenOver(body, leave) };
    } catch (error) {
      leave();
      throw error;
    }
  };

  const streamFirst = async (name: string, ...of: Parameters<typeof stream>): Promise<OpenedImage> => {
    streamed.add(name);
    const end = () => void streamed.delete(name);
    try {
      const opened = await stream(...of);
      return { ...opened, body: whenOver(opened.body, end) };
    } catch (error) {
      end();
      throw error;
    }
  };

  return {
    /** @throws DownloadError or UpstreamError when there is no image; the signal's reason when it aborts. */
    async open({ method, headers, signal }: Request, apiKey: string, source: ImageSource): Promise<OpenedImage> {
      const name = freshness.cacheKey(apiKey, source);
      const isWhole = headers.has('range') || streamed.has(name) || library.hasOriginal(apiKey, source);
      if (method === 'GET' && isWhole) {
        const get = () => library.original(apiKey, source, signal);
        const original = await sending.acquire(apiKey, signal, get).catch(ignoreInvalid);
        if (original)
          return { ...payloadFromMemory(original), ...(!original.image.isSized && { byteSize: undefined }) };
      }
      return streamed.has(name)
        ? await stream(apiKey, source, signal)
        : await streamFirst(name, apiKey, source, signal);
    },
  };
}

/** What cannot be decoded here is passed on as it comes. */
function ignoreInvalid(error: unknown): undefined {
  if (!(error instanceof DownloadError) || error.reason !== 'invalid') throw error;
}

/** An image in memory as a stream, which keeps its room until it is over. */
export const payloadFromMemory = ({
  image,
  release: leave,
}: HeldImage<{ bytes: Buffer; format: ImageFormat }>): OpenedImage => ({
  format: image.format,
  byteSize: image.bytes.byteLength,
  body: whenOver(inPieces(image.bytes), leave),
});
