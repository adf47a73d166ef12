import { HTTPError, type RetryOptions } from 'ky';
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

/**
 * When ky sends an operation again. One that may be repeated: on broken connections, 408, 429, 500, 502, 503 and 504.
 * Any other: only when the connection was refused or the upstream answered 429, so that it cannot have happened.
 */
export function retryOptions(operation: Operation, policy: RetryPolicy): RetryOptions {
  return {
    limit: policy.limit,
    methods: ['get', 'put', 'delete', 'post', 'patch'],
    statusCodes: [408, 429, 500, 502, 503, 504],
    afterStatusCodes: [429, 503],
    maxRetryAfter: policy.maxRetryAfter,
    delay: policy.delay,
    jitter: true,
    shouldRetry: ({ error }) => {
      if (error instanceof HTTPError) {
        const { status, headers } = error.response;
        if ((readRetryAfter(headers, Date.now()) ?? 0) * 1_000 > policy.maxRetryAfter) return false;
        if (!maySendAgain(operation)) return status === 429 ? undefined : false;
        return undefined;
      }
      return maySendAgain(operation) || isRefused(error) ? undefined : false;
    },
  };
}

/** `Retry-After` in both its forms (RFC 9110, 10.2.3), as seconds from now; undefined when missing or unreadable. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1_000));
}
