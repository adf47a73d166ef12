import type { DecodeCheck } from '../images/decode-check.ts';
import type { ImageScanner } from '../images/scan.ts';
import type { OutgoingStream } from '../upstream/client.ts';
import { unlessAborted } from '../util/abort-signals.ts';
import { drain } from './drain.ts';
import { incompleteBody } from './request-errors.ts';
import { openTempFile, type TempFile } from './temp-file.ts';

export interface UploadStreamOptions {
  scanner: ImageScanner;
  /** Content-Length of the request, in bytes; undefined when there is none. */
  byteSize: number | undefined;
  /** Maximum time for the bytes to arrive, in milliseconds. */
  milliseconds: number;
  /** Aborts the stream. */
  signal: AbortSignal;
  /** Decodes the image once it has arrived. */
  checkDecoding: DecodeCheck;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when the last byte has arrived, before the image is decoded. */
  onArrived: () => void;
  /** Called with the error that ends the stream early. */
  onFailure: (error: unknown) => void;
}

/** An image that is streamed from a client to the upstream. */
export interface UploadStream extends OutgoingStream {
  /** True while it waits for the client, false while it waits for the upstream. */
  readonly isReading: boolean;
  /**
   * Reads the first chunks, so that an image with an invalid beginning is rejected before a request is sent upstream.
   *
   * @throws InvalidImageError; GraphQLError with status 400 when the client disconnects; the signal's reason.
   */
  start(): Promise<void>;
  /** Discards the temporary file, and drains the rest of the request. */
  dispose(): void;
}

/**
 * Streams an image to the upstream chunk by chunk, with backpressure. The last chunk is held back until the whole image
 * was scanned and decoded, so that the upstream never receives all of an image that is rejected. At most two chunks are
 * in memory; a copy of the image is on disk until it has been decoded.
 *
 * @param source Body of the request; null when it has none.
 */
export function createUploadStream(
  source: ReadableStream<Uint8Array> | null,
  options: UploadStreamOptions,
): UploadStream {
  const { scanner, byteSize, milliseconds, signal, checkDecoding, monotonicNow, onArrived, onFailure } = options;
  const reader = source?.getReader();
  let heldBack: Uint8Array | undefined;
  let first: Uint8Array | undefined;
  let wholeAt: number | undefined;
  let file: Promise<TempFile> | undefined;
  let isReading = false;

  const readFile = async (): Promise<Uint8Array> => {
    const received = await file;
    return received ? new Uint8Array(await received.arrayBuffer()) : new Uint8Array(0);
  };

  const read = async (): Promise<Uint8Array | undefined> => {
    isReading = true;
    try {
      return (await reader?.read())?.value;
    } catch {
      throw incompleteBody();
    } finally {
      isReading = false;
    }
  };

  /** The next chunk for the upstream; undefined after the last one. */
  const next = async (): Promise<Uint8Array | undefined> => {
    while (wholeAt === undefined) {
      const chunk = await unlessAborted(read(), signal);
      if (chunk) {
        scanner.push(chunk);
        file ??= openTempFile();
        await (await file).append(chunk);
      } else {
        scanner.end();
        onArrived();
        await unlessAborted(checkDecoding(readFile), signal);
        wholeAt = monotonicNow();
      }
      const ready = heldBack;
      heldBack = chunk;
      if (ready && ready.byteLength > 0) return ready;
    }
    return undefined;
  };

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = first ?? (await next());
          first = undefined;
          if (chunk) controller.enqueue(chunk);
          else controller.close();
        } catch (error) {
          onFailure(error);
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );

  return {
    body,
    byteSize,
    milliseconds,
    get completedAt() {
      return wholeAt;
    },
    get isReading() {
      return isReading;
    },
    async start() {
      first = await next();
    },
    dispose() {
      void drain(reader);
      file?.then(({ discard }) => discard()).catch(() => {});
    },
  };
}
