import { UpstreamError } from '../upstream/errors.ts';
import { DownloadError } from '../upstream/images/download-error.ts';
import { isExhausted } from '../util/local-failure.ts';

/** The address is the whole authority and no cookie counts, so pages of any site may read what it answers. */
export const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Expose-Headers': 'ETag, Content-Length, Content-Range, Accept-Ranges',
};

/** A short sentence for whoever looks at an address that shows no picture. Never cached. */
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

const REFETCH_HINT = 'Ask the graph for a fresh url.';

/** For a token that is malformed, altered or expired. */
export const invalidUrlResponse = () =>
  textResponse(403, `This image address is not valid or has expired. ${REFETCH_HINT}`);

/** For a method other than GET and HEAD (RFC 9110 section 15.5.6). */
export const methodNotAllowedResponse = (method: string) =>
  textResponse(405, `Expected GET or HEAD, but got ${method}.`, { Allow: 'GET, HEAD' });

/** For a picture that could not be had. Says nothing of the upstream that its status does not say. */
export function errorResponse(error: unknown): Response {
  if (isExhausted(error)) return textResponse(503, 'The gateway is out of connections at present. Try again later.');
  const status = statusOf(error);
  const reason = error instanceof DownloadError ? error.reason : undefined;
  // Passed on, other bytes might be a page or a script.
  if (reason === 'invalid')
    return textResponse(502, 'The upstream answered with something that is no webp, png or jpeg.');
  if (isTimeout(error)) return textResponse(504, 'The upstream did not answer in time. Try again later.');
  if (reason === 'expired' || status === 404 || status === 410)
    return textResponse(404, `This image does not exist. ${REFETCH_HINT}`);
  if (status === 401 || status === 403) {
    return textResponse(403, `The API key of this image address may not read it. ${REFETCH_HINT}`);
  }
  return textResponse(502, 'The upstream did not answer with the image. Try again later.');
}

const isTimeout = (error: unknown) =>
  (error instanceof DownloadError && error.reason === 'timeout') ||
  (error instanceof UpstreamError && error.failure === 'timeout') ||
  (error instanceof Error && error.name === 'TimeoutError');

const statusOf = (error: unknown) => (error instanceof Error && 'status' in error ? error.status : undefined);
