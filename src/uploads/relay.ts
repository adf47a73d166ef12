import type { PictureScanner } from '../images/scan.ts';
import type { OutgoingStream } from '../upstream/client.ts';
import { drain } from './drain.ts';
import { cutShort } from './refusals.ts';

export interface RelayOptions {
  scanner: PictureScanner;
  /** What the sender declares, in bytes; undefined when it declares nothing. */
  byteSize: number | undefined;
  /** How long the bytes may take to come, in milliseconds. */
  milliseconds: number;
  /** Ends it before all has come. */
  signal: AbortSignal;
  /** Told when all has come and is a picture. */
  onWhole: () => void;
  /** Told why the bytes stop before their end. */
  onFailure: (error: unknown) => void;
}

/** A picture on its way from a sender to the upstream. */
export interface Relay extends OutgoingStream {
  /**
   * Reads until something may go out, so that what shows at once is refused before the upstream is asked.
   *
   * @throws RefusedPictureError; GraphQLError with status 400 when the sender stops; the signal's reason.
   */
  begin(): Promise<void>;
  /** @see drain */
  drain(): Promise<void>;
}

/**
 * Passes a picture on, chunk by chunk, as fast as it is taken. The last chunk is held back until the scanner has accepted
 * the whole, so that the upstream never has all of a picture that is refused. No more than two chunks are held.
 *
 * @param source The body of a request; null when it has none.
 */
export function createRelay(source: ReadableStream<Uint8Array> | null, options: RelayOptions): Relay {
  const { scanner, byteSize, milliseconds, signal, onWhole, onFailure } = options;
  const reader = source?.getReader();
  let held: Uint8Array | undefined;
  let first: Uint8Array | undefined;
  let isWhole = false;

  const read = async (): Promise<Uint8Array | undefined> => {
    try {
      return (await reader?.read())?.value;
    } catch {
      throw cutShort();
    }
  };

  /** The next chunk that may go out; undefined behind the last one. */
  const next = async (): Promise<Uint8Array | undefined> => {
    while (!isWhole) {
      const chunk = await orAbort(read(), signal);
      if (chunk) scanner.push(chunk);
      else scanner.end();
      isWhole = !chunk;
      if (isWhole) onWhole();
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
    get isWhole() {
      return isWhole;
    },
    async begin() {
      first = await next();
    },
    drain: () => drain(reader),
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
