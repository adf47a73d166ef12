import { parseRange, sliceStream } from './range.ts';
import { CORS_HEADERS, textResponse } from './responses.ts';
import { type ImageFormat, MEDIA_TYPES } from './signature.ts';

/** Content of an image response. */
export interface ImagePayload {
  format: ImageFormat;
  /** In bytes; undefined when unknown before the body is read. */
  byteSize: number | undefined;
  body: ReadableStream<Uint8Array>;
  /** `ETag` and `Cache-Control`. */
  caching: Caching;
}

/** Caching headers of a response. */
export interface Caching {
  ETag: string;
  'Cache-Control': string;
}

/** Headers that allow embedding on any origin, and prevent browsers from interpreting the image as anything else. */
const SECURITY_HEADERS = {
  ...CORS_HEADERS,
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** Response 304 if the request's If-None-Match matches the ETag; undefined otherwise. */
export function notModifiedResponse({ headers }: Request, caching: Caching): Response | undefined {
  if (!matches(headers.get('if-none-match'), caching.ETag)) return undefined;
  return new Response(null, { status: 304, headers: { ...caching, ...CORS_HEADERS } });
}

/**
 * Response to GET or HEAD: the image or the requested range of it, with preconditions evaluated in the order of RFC
 * 9110 section 13.2.2. Cancels a body that is not sent.
 */
export function imageResponse(request: Request, { format, byteSize, body, caching }: ImagePayload): Response {
  const cancelBody = () => void body.cancel().catch(() => {});
  const notModified = notModifiedResponse(request, caching);
  if (notModified) {
    cancelBody();
    return notModified;
  }
  const headers = {
    ...caching,
    ...SECURITY_HEADERS,
    'Content-Type': MEDIA_TYPES[format],
    'Accept-Ranges': byteSize === undefined ? 'none' : 'bytes',
    ...(byteSize !== undefined && { 'Content-Length': String(byteSize) }),
  };
  if (request.method === 'HEAD') {
    cancelBody();
    return new Response(null, { headers });
  }
  const range = byteSize === undefined ? undefined : rangeOf(request.headers, byteSize, caching.ETag);
  if (range === undefined) return new Response(body, { headers });
  if (range === 'unsatisfiable') {
    cancelBody();
    return textResponse(
      416,
      `Expected a range within the ${byteSize} bytes of the image, but got one that begins after them.`,
      {
        'Content-Range': `bytes */${byteSize}`,
      },
    );
  }
  const { first, last } = range;
  return new Response(sliceStream(body, range), {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(last - first + 1),
      'Content-Range': `bytes ${first}-${last}/${byteSize}`,
    },
  });
}

/**
 * The requested range, unless If-Range does not match. Only an equal strong ETag matches (RFC 9110 section 13.1.5); a
 * date never does, because responses have no Last-Modified.
 */
function rangeOf(headers: Headers, byteSize: number, etag: string) {
  const condition = headers.get('if-range')?.trim();
  if (condition !== undefined && (condition !== etag || etag.startsWith('W/'))) return undefined;
  return parseRange(headers.get('range'), byteSize);
}

/** Weak comparison of If-None-Match (RFC 9110 section 13.1.2). */
const matches = (ifNoneMatch: string | null, etag: string) =>
  (ifNoneMatch ?? '').split(',').some((candidate) => opaque(candidate.trim()) === opaque(etag));

const opaque = (tag: string) => tag.replace(/^W\//, '');
