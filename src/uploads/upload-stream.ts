import type { DecodeCheck } from '../images/decode-check.ts';
import type { ImageScanner } from '../images/scan.ts';
import type { OutgoingStream } from '../upstream/client.ts';
import { drain } from './drain.ts';
import { incompleteBody } from './request-errors.ts';
import { openTempFile, type TempFile } from './temp-file.ts';

export interface UploadStreamOptions {
  scanner: ImageScanner;
  /** What the sender declares, in bytes; undefined when it declares nothing. */
  byteSize: number | undefined;
  /** How long the bytes may take to come, in milliseconds. */
  milliseconds: number;
  /** Ends it before all has come. */
  signal: AbortSignal;
  /** Decodes the picture once, when all of it has come. */
  checkDecoding: DecodeCheck;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when all has come, before it is decoded. */
  onArrived: () => void;
  /** Told why the bytes stop before their end. */
  onFailure: (error: unknown) => void;
}

/** A picture on its way from a sender to the upstream. */
export interface UploadStream extends OutgoingStream {
  /** Whether it waits for the sender, and not for the upstream. */
  readonly isReading: boolean;
  /**
   * Reads until something may go out, so that what shows at once is refused before the upstream is asked.
   *
   * @throws RefusedPictureError; GraphQLError with status 400 when the sender stops; the signal's reason.
   */
  start(): Promise<void>;
  /** Discards what is kept of the picture, and what the sender still sends. */
  dispose(): void;
}

/**
 * Passes a picture on, chunk by chunk, as fast as it is taken. The last chunk is held back until the scanner has accepted
 * the whole and it could be decoded, so that the upstream never has all of a picture that is refused. Memory holds two
 * chunks; what has passed is on disk until the whole is decoded.
 *
 * @param source The body of a request; null when it has none.
 */
export function createUploadStream(
  source: ReadableStream<Uint8Array> | null,
  options: UploadStreamOptions,
): UploadStream {
  const { scanner, byteSize, milliseconds, signal, checkDecoding, monotonicNow, onArrived, onFailure } = options;
  const reader = source?.getReader();
  let held: Uint8Array | undefined;
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

  /** The next chunk that may go out; undefined behind the last one. */
  const next = async (): Promise<Uint8Array | undefined> => {
    while (wholeAt === undefined) {
      const chunk = await orAbort(read(), signal);
      if (chunk) {
        scanner.push(chunk);
        file ??= openTempFile();
        await (await file).append(chunk);
      } else {
        scanner.end();
        onArrived();
        await orAbort(checkDecoding(readFile), signal);
        wholeAt = monotonicNow();
      }
      const ready = held;
      held = chunk;
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
    get wholeAt() {
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

/** Waits, but no longer than until the signal aborts. @throws Its reason then. */
async function orAbort<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
