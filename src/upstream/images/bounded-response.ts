import { DownloadError } from './download-error.ts';
import type { ImageStream } from './image-stream.ts';
import type { TimeBudget } from './time-budget.ts';

/** The parts of a response that an image is read from. */
export type ImageResponse = Pick<Response, 'status' | 'headers' | 'body'>;

export interface ReceiveOptions {
  /** Name of the source in messages, without the secrets of a signed URL. */
  from: string;
  /** Maximum size, in bytes. */
  maxBytes: number;
  budget: TimeBudget;
}

const EXPIRED_STATUSES: ReadonlySet<number> = new Set([403, 404, 410]);

/**
 * The image in a response. Its body fails if it exceeds `maxBytes`, differs from its `Content-Length`, or exceeds the time
 * budget. Nothing is read ahead.
 *
 * @throws DownloadError if the response contains no image, or one larger than `maxBytes`.
 */
export function receiveImage(response: ImageResponse, { from, maxBytes, budget }: ReceiveOptions): ImageStream {
  const { status, headers, body } = response;
  if (status !== 200 || !body) {
    void body?.cancel().catch(() => {});
    if (status !== 200) throw statusError(from, status);
    throw new DownloadError('invalid', `Expected an image from ${from}, but got an empty response.`);
  }
  const byteSize = contentLengthOf(headers);
  const bounded = boundBody(body, { from, maxBytes, budget, byteSize });
  if (byteSize !== undefined && byteSize > maxBytes) {
    void bounded.cancel().catch(() => {});
    throw tooLarge(from, maxBytes);
  }
  return { contentType: headers.get('content-type') ?? undefined, byteSize, body: bounded };
}

/** Converts an error while an image was fetched: to the signal's reason if it has aborted, else to a DownloadError. */
export function toDownloadError(error: unknown, from: string, budget: TimeBudget): unknown {
  if (budget.signal.aborted) return budget.signal.reason;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DownloadError) return cause;
  }
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    return statusError(from, error.status, error);
  }
  return new DownloadError('unavailable', `Expected an image from ${from}, but got no response.`, { cause: error });
}

/**
 * Bounds a stream in size and time. The budget ends when the source ends, the stream is canceled, or a limit is exceeded.
 */
export function boundBody(
  source: ReadableStream<Uint8Array>,
  { from, maxBytes, budget, byteSize }: ReceiveOptions & { byteSize?: number | undefined },
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let size = 0;
  const release = (reason: unknown) => {
    budget.signal.removeEventListener('abort', abort);
    budget.end();
    return reader.cancel(reason);
  };
  const abort = () => void release(budget.signal.reason).catch(() => {});
  budget.signal.addEventListener('abort', abort, { once: true });

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await budget.within(reader.read());
          size += value?.byteLength ?? 0;
          if (size > maxBytes) throw tooLarge(from, maxBytes);
          if (byteSize !== undefined && (done ? size < byteSize : size > byteSize)) {
            throw new DownloadError(
              'unavailable',
              `Expected ${byteSize} bytes from ${from}, but got ${done ? 'fewer' : 'more'}.`,
            );
          }
          if (value) controller.enqueue(value);
          if (!done) return;
          await release(undefined);
          controller.close();
        } catch (error) {
          void release(error).catch(() => {});
          throw toDownloadError(error, from, budget);
        }
      },
      cancel: release,
    },
    // Nothing is read ahead, so that an image without a reader takes no memory.
    { highWaterMark: 0 },
  );
}

/** The `Content-Length`; undefined for a compressed body, which is longer once decompressed. */
function contentLengthOf(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  const encoding = headers.get('content-encoding') ?? 'identity';
  return length !== null && /^\d{1,15}$/.test(length) && encoding === 'identity' ? Number(length) : undefined;
}

function statusError(from: string, status: number, cause?: Error): DownloadError {
  const reason = EXPIRED_STATUSES.has(status) ? 'expired' : 'unavailable';
  return new DownloadError(reason, `Expected an image from ${from}, but got status ${status}.`, {
    status,
    cause,
  });
}

const tooLarge = (from: string, maxBytes: number) =>
  new DownloadError('too-large', `Expected at most ${maxBytes} bytes from ${from}, but got more.`);
