import { DownloadError } from './download-error.ts';
import type { ImageStream } from './image-stream.ts';
import type { TimeBudget } from './time-budget.ts';

/** The parts of a response that a picture is made of. */
export type ImageResponse = Pick<Response, 'status' | 'headers' | 'body'>;

export interface Receiving {
  /** How messages name where the picture comes from; never with what signs an address. */
  from: string;
  /** In bytes. */
  maxBytes: number;
  budget: TimeBudget;
}

const GONE: ReadonlySet<number> = new Set([403, 404, 410]);

/**
 * The picture in an answer. Its body ends with an error when it grows over `maxBytes`, when it is shorter or longer than
 * it said, or when it takes longer than the budget. Nothing is read before it is wanted.
 *
 * @throws DownloadError when the answer holds none.
 */
export function receiveImage(answer: ImageResponse, { from, maxBytes, budget }: Receiving): ImageStream {
  const { status, headers, body } = answer;
  if (status !== 200 || !body) {
    void body?.cancel().catch(() => {});
    if (status !== 200) throw unexpected(from, status);
    throw new DownloadError('invalid', `Expected a picture from ${from}, but got an empty answer.`);
  }
  const byteSize = sizeOf(headers);
  const bounded = boundBody(body, { from, maxBytes, budget, byteSize });
  if (byteSize !== undefined && byteSize > maxBytes) {
    void bounded.cancel().catch(() => {});
    throw tooLarge(from, maxBytes);
  }
  return { contentType: headers.get('content-type') ?? undefined, byteSize, body: bounded };
}

/** What to throw for something that went wrong on the way to a picture. */
export function failureOf(error: unknown, from: string, budget: TimeBudget): unknown {
  if (budget.signal.aborted) return budget.signal.reason;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DownloadError) return cause;
  }
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    return unexpected(from, error.status, error);
  }
  return new DownloadError('unavailable', `Expected a picture from ${from}, but got no answer.`, { cause: error });
}

/** A stream that ends, and lets go of the budget, when its source does, when it is left, or when a bound is reached. */
export function boundBody(
  source: ReadableStream<Uint8Array>,
  { from, maxBytes, budget, byteSize }: Receiving & { byteSize?: number | undefined },
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
            throw new DownloadError('unavailable', `Expected ${byteSize} bytes from ${from}, but got others.`);
          }
          if (value) controller.enqueue(value);
          if (!done) return;
          await release(undefined);
          controller.close();
        } catch (error) {
          void release(error).catch(() => {});
          throw failureOf(error, from, budget);
        }
      },
      cancel: release,
    },
    // Nothing is read ahead: a picture that nobody takes stays where it is.
    { highWaterMark: 0 },
  );
}

/** The body's length by its header; a body that arrives compressed is longer than that. */
function sizeOf(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  const encoding = headers.get('content-encoding') ?? 'identity';
  return length !== null && /^\d{1,15}$/.test(length) && encoding === 'identity' ? Number(length) : undefined;
}

function unexpected(from: string, status: number, cause?: Error): DownloadError {
  const reason = GONE.has(status) ? 'expired' : 'unavailable';
  return new DownloadError(reason, `Expected a picture from ${from}, but got status ${status}.`, {
    status,
    cause,
  });
}

const tooLarge = (from: string, maxBytes: number) =>
  new DownloadError('too-large', `Expected at most ${maxBytes} bytes from ${from}, but got more.`);
