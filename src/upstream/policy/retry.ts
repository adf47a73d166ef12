import type { Operation } from '../../contract/contract.ts';
import { NetworkError, StatusError } from '../transport/errors.ts';

export interface RetryPolicy {
  /** Maximum number of retries. */
  limit: number;
  /** Maximum wait after the given attempt (1 for the first), in milliseconds; the actual wait is a random fraction of it. */
  delay: (attempt: number) => number;
  /** Maximum `Retry-After` that an operation waits for, in milliseconds; after a longer one it is not retried. */
  maxRetryAfter: number;
}

export const defaultRetry: RetryPolicy = {
  limit: 2,
  delay: (attempt) => 300 * 2 ** (attempt - 1),
  maxRetryAfter: 5_000,
};

/** True if sending an operation twice has the same effect as sending it once (RFC 9110, 9.2.2): not for POST and PATCH. */
export const isIdempotent = ({ method, isSentOnce }: Operation): boolean =>
  method !== 'POST' && method !== 'PATCH' && !isSentOnce;

/** Statuses of transient failures: the same request may succeed later. */
const TRANSIENT_STATUSES: readonly number[] = [408, 429, 500, 502, 503, 504];

/**
 * The wait before an operation is retried, in milliseconds; undefined if it is not retried. An idempotent operation is
 * retried after a broken connection, also in the middle of a response, and after 408, 429, 500, 502, 503 and 504. Any
 * other is retried only if it cannot have been applied: if it was not written to a connection, or after 429.
 *
 * The wait is a random fraction of the policy's delay ("full jitter"), so that requests that failed together are not
 * retried together. `Retry-After` is added to it; if that is too long, the operation is not retried.
 *
 * @param failures Number of failed attempts; `error` is that of the last one.
 * @param isSent True if the last attempt was written to a connection.
 * @param random A random number from 0 up to 1.
 */
export function waitBeforeRetry(
  { operation, failures, error, isSent }: { operation: Operation; failures: number; error: unknown; isSent: boolean },
  { limit, delay, maxRetryAfter }: RetryPolicy,
  random: () => number,
): number | undefined {
  if (failures > limit) return undefined;
  const backoff = random() * delay(failures);
  if (error instanceof NetworkError) return isIdempotent(operation) || !isSent ? backoff : undefined;
  if (!(error instanceof StatusError)) return undefined;
  const { status, retryAfter = 0 } = error;
  if (!(isIdempotent(operation) ? TRANSIENT_STATUSES.includes(status) : status === 429)) return undefined;
  const requestedDelay = retryAfter * 1_000;
  return requestedDelay > maxRetryAfter ? undefined : requestedDelay + backoff;
}
