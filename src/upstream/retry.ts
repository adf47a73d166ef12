import { HTTPError } from 'ky';
import type { Operation } from '../contract/contract.ts';

export interface RetryPolicy {
  /** How often a request is sent again at most. */
  limit: number;
  /** Wait before the attempt after the given one (1 for the first), in milliseconds; a random share of it is taken. */
  delay: (attempt: number) => number;
  /** The longest `Retry-After` that is waited out inside an operation, in milliseconds. */
  maxRetryAfter: number;
}

export const defaultRetry: RetryPolicy = {
  limit: 2,
  delay: (attempt) => 300 * 2 ** (attempt - 1),
  maxRetryAfter: 5_000,
};

/** Whether sending an operation twice does no more than sending it once (RFC 9110, 9.2.2); a PATCH and a POST may. */
export const maySendAgain = ({ method }: Operation): boolean => method !== 'POST' && method !== 'PATCH';

/** Whether the connection was refused, so that the request cannot have arrived. */
export function isRefused(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && (at.code === 'ECONNREFUSED' || at.code === 'ENOTFOUND' || at.code === 'EAI_AGAIN')) return true;
    if (at instanceof AggregateError && at.errors.length > 0) return at.errors.every(isRefused);
  }
  return false;
}

/** `fetch` reports every failure of the network as a TypeError with the cause; a mistake in our code has no cause. */
export const isNetworkError = (error: unknown): boolean => error instanceof TypeError && error.cause !== undefined;

/** Statuses that pass, so that the same request may succeed a moment later. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

/**
 * How long to wait before an operation is sent again, in milliseconds; undefined when it is not. One that may be repeated
 * is: after broken connections, also in the middle of an answer, and after 408, 429, 500, 502, 503 and 504. Any other
 * only when the connection was refused or the upstream answered 429, so that it cannot have happened.
 *
 * The wait is a random share of what the policy says ("full jitter"), so that those who failed together do not return
 * together; what the upstream asks for in `Retry-After` comes on top, and where that is too long nothing is sent again.
 *
 * @param failures How many attempts have failed, with the last one's error.
 */
export function waitBeforeRetry(
  { operation, failures, error }: { operation: Operation; failures: number; error: unknown },
  { limit, delay, maxRetryAfter }: RetryPolicy,
  { now, random }: { now: () => number; random: () => number },
): number | undefined {
  if (failures > limit) return undefined;
  const backoff = random() * delay(failures);
  if (!(error instanceof HTTPError)) {
    if (!isNetworkError(error)) return undefined;
    return maySendAgain(operation) || isRefused(error) ? backoff : undefined;
  }
  const { status, headers } = error.response;
  if (!(maySendAgain(operation) ? PASSING.includes(status) : status === 429)) return undefined;
  const asked = (readRetryAfter(headers, now()) ?? 0) * 1_000;
  return asked > maxRetryAfter ? undefined : asked + backoff;
}

/** `Retry-After` in both its forms (RFC 9110, 10.2.3), as seconds from now; undefined when missing or unreadable. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1_000));
}
