import { DownloadError, nameOf } from './download-error.ts';
import type { Picture } from './picture.ts';
import type { TimeBudget } from './time-budget.ts';

/** The parts of a response that a picture is made of. */
export type Answer = Pick<Response, 'status' | 'headers' | 'body'>;

interface Receiving {
  url: URL;
  /** In bytes. */
  maxBytes: number;
  budget: TimeBudget;
}

const GONE: ReadonlySet<number> = new Set([403, 404, 410]);

/**
 * The picture in an answer. Its body ends with an error when it grows over `maxBytes` or takes longer than the budget.
 *
 * @throws DownloadError when the answer holds none.
 */
export function receivePicture(answer: Answer, { url, maxBytes, budget }: Receiving): Picture {
  const { status, headers, body } = answer;
  if (status !== 200 || !body) {
    void body?.cancel().catch(() => {});
    if (status !== 200) throw unexpected(url, status);
    throw new DownloadError('invalid', `Expected a picture from ${nameOf(url)}, but got an empty answer.`);
  }
  const byteSize = sizeOf(headers);
  const bounded = boundedBody(body, { url, maxBytes, budget });
  if (byteSize !== undefined && byteSize > maxBytes) {
    void bounded.cancel().catch(() => {});
    throw tooLarge(url, maxBytes);
  }
  return { contentType: headers.get('content-type') ?? undefined, byteSize, body: bounded };
}

/** What to throw for something that went wrong on the way to an address. */
export function failureOf(error: unknown, url: URL, budget: TimeBudget): unknown {
  if (budget.signal.aborted) return budget.signal.reason;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DownloadError) return cause;
  }
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    return unexpected(url, error.status, error);
  }
  return new DownloadError('unavailable', `Expected a picture from ${nameOf(url)}, but got no answer.`, {
    cause: error,
  });
}

function boundedBody(source: ReadableStream<Uint8Array>, { url, maxBytes, budget }: Receiving) {
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
          if (size > maxBytes) throw tooLarge(url, maxBytes);
          if (value) controller.enqueue(value);
          if (!done) return;
          await release(undefined);
          controller.close();
        } catch (error) {
          void release(error).catch(() => {});
          throw failureOf(error, url, budget);
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

function unexpected(url: URL, status: number, cause?: Error): DownloadError {
  const reason = GONE.has(status) ? 'expired' : 'unavailable';
  return new DownloadError(reason, `Expected a picture from ${nameOf(url)}, but got status ${status}.`, {
    status,
    cause,
  });
}

const tooLarge = (url: URL, maxBytes: number) =>
  new DownloadError('too-large', `Expected at most ${maxBytes} bytes from ${nameOf(url)}, but got more.`);
