import { parseRange, sliceStream } from './range.ts';
import { CORS_HEADERS, textResponse } from './responses.ts';
import { type ImageFormat, MEDIA_TYPES } from './signature.ts';

/** A picture that is about to be shown. */
export interface ImagePayload {
  format: ImageFormat;
  /** In bytes; undefined when not known before it is read. */
  byteSize: number | undefined;
  body: ReadableStream<Uint8Array>;
  /** `ETag` and `Cache-Control`. */
  caching: Caching;
}

export interface Caching {
  ETag: string;
  'Cache-Control': string;
}

/** The picture may be shown anywhere, and is nothing but a picture: no script, no document, no guessing. */
const SECURITY_HEADERS = {
  ...CORS_HEADERS,
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** The answer for whoever says to have the picture with this tag already; undefined for others. */
export function notModifiedResponse({ headers }: Request, caching: Caching): Response | undefined {
  if (!matches(headers.get('if-none-match'), caching.ETag)) return undefined;
  return new Response(null, { status: 304, headers: { ...caching, ...CORS_HEADERS } });
}

/**
 * Answers GET and HEAD with a picture, whole or the one part that is asked for, in the order of RFC 9110 section 13.2.2.
 * Whatever of it is not sent is let go of.
 */
export function imageResponse(request: Request, { format, byteSize, body, caching }: ImagePayload): Response {
  const letGo = () => void body.cancel().catch(() => {});
  const known = notModifiedResponse(request, caching);
  if (known) {
    letGo();
    return known;
  }
  const headers = {
    ...caching,
    ...SECURITY_HEADERS,
    'Content-Type': MEDIA_TYPES[format],
    'Accept-Ranges': byteSize === undefined ? 'none' : 'bytes',
    ...(byteSize !== undefined && { 'Content-Length': String(byteSize) }),
  };
  if (request.method === 'HEAD') {
    letGo();
    return new Response(null, { headers });
  }
  const range = byteSize === undefined ? undefined : rangeOf(request.headers, byteSize, caching.ETag);
  if (range === undefined) return new Response(body, { headers });
  if (range === 'unsatisfiable') {
    letGo();
    return textResponse(416, `Expected a range within ${byteSize} bytes, but got one behind them.`, {
      'Content-Range': `bytes */${byteSize}`,
    });
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

/** If-Range holds for a strong tag that is equal (RFC 9110 section 13.1.5); a date never, since none is sent. */
function rangeOf(headers: Headers, byteSize: number, etag: string) {
  const condition = headers.get('if-range')?.trim();
  if (condition !== undefined && (condition !== etag || etag.startsWith('W/'))) return undefined;
  return parseRange(headers.get('range'), byteSize);
}

/** If-None-Match compares weakly (RFC 9110 section 13.1.2). */
const matches = (ifNoneMatch: string | null, etag: string) =>
  (ifNoneMatch ?? '').split(',').some((candidate) => opaque(candidate.trim()) === opaque(etag));

const opaque = (tag: string) => tag.replace(/^W\//, '');
