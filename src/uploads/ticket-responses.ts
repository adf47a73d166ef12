import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../error-codes/error-codes.ts';
import { publicError } from '../errors.ts';
import { InvalidImageError } from '../images/invalid-image-error.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { MAX_QUOTE_LENGTH } from '../util/shorten.ts';

// The ticket in the URL is the only credential and cookies are ignored, so pages of any origin may use one.
const CORS_HEADERS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };
const HEADERS = {
  ...CORS_HEADERS,
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** Response to a successful upload. @param body Description of the stored data item. */
export const storedResponse = (status: 200 | 201, body: object) => Response.json(body, { status, headers: HEADERS });

/** Response to a CORS preflight request. */
export const preflightResponse = () =>
  new Response(null, {
    status: 204,
    headers: {
      ...HEADERS,
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': 'content-type',
      'Access-Control-Max-Age': '86400',
    },
  });

/** Error for a token that is malformed, altered, expired, or sealed for another purpose. */
export const invalidTicketError = () =>
  publicError(
    'FORBIDDEN',
    'This upload ticket is not valid or has expired. Create a new one with `createUploadTickets`.',
  );

/**
 * Requires a PUT request whose body is the image itself. A rejected request does not use up the ticket.
 *
 * @throws GraphQLError with status 405 for a method other than PUT (RFC 9110, 15.5.6), or 415 for a form or an encoded
 *   body.
 */
export function requireImageBody({ method, headers }: Request): void {
  const isForm = /^\s*multipart\//i.test(headers.get('content-type') ?? '');
  const got = isForm ? `${method} with a form` : method;
  const message = `Expected PUT with the image as its body, but got ${got}.${isForm ? SEND_EXAMPLES : ''}`;
  if (method !== 'PUT')
    throw publicError('BAD_USER_INPUT', message, { http: { status: 405, headers: { Allow: 'PUT, OPTIONS' } } });
  if (isForm) throw publicError('UNSUPPORTED_MEDIA_TYPE', message);
  const coding = headers.get('content-encoding')?.trim().toLowerCase() || 'identity';
  if (coding === 'identity') return;
  const problem = `Expected the image without a Content-Encoding, but got "${coding.slice(0, MAX_QUOTE_LENGTH)}".`;
  throw publicError('UNSUPPORTED_MEDIA_TYPE', problem);
}

const SEND_EXAMPLES = ' Send the file itself: fetch(url, { method: "PUT", body: file }), or curl -T file url.';

/** Response to a failed upload: the error as JSON, with the matching status. */
export function errorResponse({ message, extensions }: GraphQLError): Response {
  const { code, retryable, retryAfter, http } = extensions as {
    code: ErrorCode;
    retryable: boolean;
    retryAfter?: number;
    http?: { status: number; headers?: Record<string, string> };
  };
  return Response.json(
    { error: { code, message, retryable } },
    {
      status: http?.status ?? STATUS_BY_CODE[code] ?? 500,
      headers: {
        ...HEADERS,
        ...http?.headers,
        ...(retryAfter !== undefined && { 'Retry-After': String(Math.ceil(retryAfter)) }),
      },
    },
  );
}

const STATUS_BY_CODE: Partial<Record<ErrorCode, number>> = {
  // Not 401: credentials in a header cannot help, because the API key is in the ticket.
  UNAUTHENTICATED: 403,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 429,
  BAD_USER_INPUT: 422,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UPSTREAM_TIMEOUT: 504,
  UPSTREAM_UNAVAILABLE: 502,
  UPSTREAM_INVALID_RESPONSE: 502,
  UPSTREAM_OUTCOME_UNKNOWN: 502,
  SHUTTING_DOWN: 503,
  SERVICE_UNAVAILABLE: 503,
};

/** Public error for an image that was rejected by the gateway or the upstream; undefined for any other error. */
export function toImageError(error: unknown): GraphQLError | undefined {
  if (error instanceof InvalidImageError) {
    if (error.reason === 'unsupported') return publicError('UNSUPPORTED_MEDIA_TYPE', error.message, {}, error);
    if (error.reason === 'too-large') return publicError('PAYLOAD_TOO_LARGE', error.message, {}, error);
    return publicError('BAD_USER_INPUT', error.message, {}, error);
  }
  if (!(error instanceof UpstreamError) || error.failure !== 'status') return undefined;
  const { status, upstreamMessage } = error;
  if (status === 413)
    return publicError(
      'PAYLOAD_TOO_LARGE',
      upstreamMessage ?? 'The upstream rejected the image as too large. Send a smaller one.',
      {},
      error,
    );
  if (status === 415) {
    const message = upstreamMessage ?? 'The upstream does not accept this image format. Send a webp, png or jpeg.';
    return publicError('UNSUPPORTED_MEDIA_TYPE', message, {}, error);
  }
  return undefined;
}
