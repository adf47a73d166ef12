import type { Operation } from '../../contract/contract.ts';
import { NetworkError, StatusError } from '../transport/errors.ts';

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

/** Statuses that pass, so that the same request may succeed a moment later. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504];

/**
 * How long to wait before an operation is sent again, in milliseconds; undefined when it is not. One that may be repeated
 * is: after broken connections, also in the middle of an answer, and after 408, 429, 500, 502, 503 and 504. Any other
 * only when the attempt was not written to a connection or the upstream answered 429, so that it cannot have happened.
 *
 * The wait is a random share of what the policy says ("full jitter"), so that those who failed together do not return
 * together; what the upstream asks for in `Retry-After` comes on top, and where that is too long nothing is sent again.
 *
 * @param failures How many attempts have failed, with the last one's error.
 * @param isSent Whether the last attempt was written to a connection.
 * @param random A random number from 0 up to 1.
 */
export function waitBeforeRetry(
  { operation, failures, error, isSent }: { operation: Operation; failures: number; error: unknown; isSent: boolean },
  { limit, delay, maxRetryAfter }: RetryPolicy,
  random: () => number,
): number | undefined {
  if (failures > limit) return undefined;
  const backoff = random() * delay(failures);
  if (error instanceof NetworkError) return maySendAgain(operation) || !isSent ? backoff : undefined;
  if (!(error instanceof StatusError)) return undefined;
  const { status, retryAfter = 0 } = error;
  if (!(maySendAgain(operation) ? PASSING.includes(status) : status === 429)) return undefined;
  const asked = retryAfter * 1_000;
  return asked > maxRetryAfter ? undefined : asked + backoff;
}
