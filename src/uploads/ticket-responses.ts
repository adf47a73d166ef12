import type { GraphQLError } from 'graphql';
import { type ErrorCode, publicError } from '../errors.ts';
import { RefusedPictureError } from '../images/scan.ts';
import { UpstreamError } from '../upstream/errors.ts';

// The address is the whole authority, and no cookie adds to it: a page of any site may use one that it was given.
const CORS_HEADERS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };
const HEADERS = {
  ...CORS_HEADERS,
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** The picture was stored. @param body What is said of it. */
export const storedResponse = (status: 200 | 201, body: object) => Response.json(body, { status, headers: HEADERS });

/** The answer to a browser that asks whether a page may send a picture (Fetch standard, "CORS-preflight request"). */
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

/** For a token that is malformed, altered, expired, or made for something else. */
export const invalidTicketError = () =>
  publicError('FORBIDDEN', 'This upload ticket is not valid or has expired. Ask the graph for a new one.');

/**
 * Requires a request whose body is the picture itself. What is refused does not use up the ticket.
 *
 * @throws GraphQLError with status 405 for a method other than PUT (RFC 9110, 15.5.6), or 415 for a form or an encoded body.
 */
export function requireImageBody({ method, headers }: Request): void {
  const isForm = /^\s*multipart\//i.test(headers.get('content-type') ?? '');
  const got = isForm ? `${method} with a form` : method;
  const message = `Expected PUT with the picture as its body, but got ${got}.${isForm ? SEND_EXAMPLES : ''}`;
  if (method !== 'PUT')
    throw publicError('BAD_USER_INPUT', message, { http: { status: 405, headers: { Allow: 'PUT, OPTIONS' } } });
  if (isForm) throw publicError('UNSUPPORTED_MEDIA_TYPE', message);
  const coding = headers.get('content-encoding')?.trim().toLowerCase() || 'identity';
  if (coding === 'identity') return;
  const problem = `Expected the picture without a Content-Encoding, but got "${coding.slice(0, 100)}".`;
  throw publicError('UNSUPPORTED_MEDIA_TYPE', problem);
}

const SEND_EXAMPLES = ' Send the file itself: fetch(url, { method: "PUT", body: file }), or curl -T file url.';

/** What went wrong, as JSON with the status that it deserves. */
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
  // Not 401: no header would help, the key is in the ticket.
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

/** A picture that is refused, here or by the upstream, as an error for its sender; undefined for any other error. */
export function toImageError(error: unknown): GraphQLError | undefined {
  if (error instanceof RefusedPictureError) {
    if (error.reason === 'unsupported') return publicError('UNSUPPORTED_MEDIA_TYPE', error.message, {}, error);
    if (error.reason === 'too-large') return publicError('PAYLOAD_TOO_LARGE', error.message, {}, error);
    return publicError('BAD_USER_INPUT', error.message, {}, error);
  }
  if (!(error instanceof UpstreamError) || error.failure !== 'status') return undefined;
  const { status, said } = error;
  if (status === 413) return publicError('PAYLOAD_TOO_LARGE', said ?? 'The upstream finds it too large.', {}, error);
  if (status === 415) {
    const message = said ?? 'The upstream takes no such picture. Send a webp, png or jpeg.';
    return publicError('UNSUPPORTED_MEDIA_TYPE', message, {}, error);
  }
  return undefined;
}
