import { UpstreamError } from '../upstream/errors.ts';
import { DownloadError } from '../upstream/images/download-error.ts';
import { isResourceExhaustion } from '../util/local-failure.ts';

/** Headers that allow pages of any origin to read responses: the URL is the only credential and cookies are ignored. */
export const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Expose-Headers': 'ETag, Content-Length, Content-Range, Accept-Ranges',
};

/** Response with a message as plain text. Never cached. */
export function textResponse(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      ...CORS_HEADERS,
      'Content-Type': 'text/plain; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      ...headers,
    },
  });
}

const REFETCH_HINT = 'Query `url` again for a new one.';

/** Response to a token that is malformed, altered or expired. */
export const invalidUrlResponse = () =>
  textResponse(403, `This image URL is not valid or has expired. ${REFETCH_HINT}`);

/** Response to a method other than GET and HEAD (RFC 9110 section 15.5.6). */
export const methodNotAllowedResponse = (method: string) =>
  textResponse(405, `Expected GET or HEAD, but got ${method}.`, { Allow: 'GET, HEAD' });

/** Response for an image that could not be read. Reveals no details of the upstream. */
export function errorResponse(error: unknown): Response {
  if (isResourceExhaustion(error)) return textResponse(503, 'The gateway has run out of connections. Try again later.');
  const status = statusOf(error);
  const reason = error instanceof DownloadError ? error.reason : undefined;
  // Never forwarded, because other content could be a page or a script.
  if (reason === 'invalid') return textResponse(502, 'The upstream did not return a valid webp, png or jpeg.');
  if (isTimeout(error)) return textResponse(504, 'The upstream did not respond in time. Try again later.');
  if (reason === 'expired' || status === 404 || status === 410)
    return textResponse(404, `This image does not exist. ${REFETCH_HINT}`);
  if (status === 401 || status === 403) {
    return textResponse(403, `The API key of this image URL is not allowed to read the image. ${REFETCH_HINT}`);
  }
  return textResponse(502, 'The upstream did not return the image. Try again later.');
}

const isTimeout = (error: unknown) =>
  (error instanceof DownloadError && error.reason === 'timeout') ||
  (error instanceof UpstreamError && error.failure === 'timeout') ||
  (error instanceof Error && error.name === 'TimeoutError');

const statusOf = (error: unknown) => (error instanceof Error && 'status' in error ? error.status : undefined);
