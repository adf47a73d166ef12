import type { GraphQLError } from 'graphql';
import { ERROR_CODES, type ErrorCode } from '../error-codes/error-codes.ts';
import { isErrorCode } from '../errors.ts';

/** HTTP status by error code. Other codes have status 503 if they are retryable, else 400. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  PERSISTED_QUERY_NOT_FOUND: 404,
  NOT_ACCEPTABLE: 406,
  RATE_LIMITED: 429,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UPSTREAM_TIMEOUT: 504,
  UPSTREAM_UNAVAILABLE: 502,
  UPSTREAM_INVALID_RESPONSE: 502,
  UPSTREAM_OUTCOME_UNKNOWN: 502,
  INTERNAL_SERVER_ERROR: 500,
};

/** The HTTP status of a response that consists of this error alone. */
export function statusOf({ extensions: { code } }: GraphQLError): number {
  if (!isErrorCode(code)) return 400;
  return STATUS[code] ?? (ERROR_CODES[code].retryable ? 503 : 400);
}
