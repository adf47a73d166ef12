import type { Picture } from '../upstream/picture.ts';
import { failed, staleAddress, wrongMethod } from './answers.ts';
import { peek } from './peek.ts';
import type { Sealer } from './seal.ts';
import { imageFormat, MEDIA_TYPES, requireFormat, SIGNATURE_BYTES } from './signature.ts';
import { type ImageSource, readGrant, writeGrant } from './source.ts';

export type { ImageSource };

/** Pictures under addresses of this gateway. */
export interface Images {
  /** Absolute, sealed, expiring address of an image, which works in `<img src>` without headers. */
  url(baseUrl: string, apiKey: string, source: ImageSource): string;
  /** Answers GET and HEAD of `/images/{token}`. Never rejects. */
  serve(request: Request): Promise<Response>;
}

export interface ImagesOptions {
  sealer: Sealer;
  /**
   * Opens a picture with a credential. May reject with a DownloadError or with an error that has a numeric `status`:
   * 404 and 410 are answered as 404, 401 and 403 as 403, a timeout as 504, all else as 502.
   */
  open: (apiKey: string, source: ImageSource, signal: AbortSignal) => Promise<Picture>;
  /** The current time, in milliseconds since the epoch. @default Date.now */
  now?: () => number;
  /** Hears of pictures that could not be served, for the log; whoever asks is told less. @default nobody */
  onFailure?: (error: unknown, source: ImageSource) => void;
}

const PURPOSE = 'image';

/** For how long a picture is taken to be unchanged, in seconds: a data item's can be replaced, a prediction's not. */
const UNCHANGED = { dataItem: 60, prediction: 3_600 } as const;

/** @see Images */
export function createImages({ sealer, open, now = Date.now, onFailure = () => {} }: ImagesOptions): Images {
  const grantOf = (token: string) => {
    const text = sealer.open(token, PURPOSE);
    return text === undefined ? undefined : readGrant(text);
  };

  const cachingOf = (token: string, { kind }: ImageSource) => {
    const seconds = Math.floor(now() / 1_000);
    const period = UNCHANGED[kind];
    return {
      'Cache-Control': `private, max-age=${period - (seconds % period)}`,
      ETag: `"${token.slice(-22)}-${Math.floor(seconds / period)}"`,
    };
  };

  const show = async (request: Request, picture: Picture, caching: Record<string, string>): Promise<Response> => {
    const { head, body } = await peek(picture.body, SIGNATURE_BYTES);
    const isHead = request.method === 'HEAD';
    if (isHead || !imageFormat(head)) void body.cancel().catch(() => {});
    const contentType = MEDIA_TYPES[requireFormat(head)];
    return new Response(isHead ? null : body, {
      headers: {
        ...caching,
        ...PROTECTION,
        'Content-Type': contentType,
        ...(picture.byteSize !== undefined && { 'Content-Length': String(picture.byteSize) }),
      },
    });
  };

  return {
    url: (baseUrl, apiKey, source) => `${baseUrl}/images/${sealer.seal(writeGrant({ apiKey, source }), PURPOSE)}`,

    async serve(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod(request.method);
      const token = /\/images\/([\w-]+)$/.exec(new URL(request.url).pathname)?.[1] ?? '';
      const grant = grantOf(token);
      if (!grant) return staleAddress();
      const caching = cachingOf(token, grant.source);
      if (matches(request.headers.get('if-none-match'), caching.ETag)) {
        return new Response(null, { status: 304, headers: caching });
      }
      try {
        return await show(request, await open(grant.apiKey, grant.source, request.signal), caching);
      } catch (error) {
        // Whoever left hears no answer, and leaving is not a failure.
        if (!request.signal.aborted) onFailure(error, grant.source);
        return failed(error);
      }
    },
  };
}

/** The picture may be shown anywhere, and is nothing but a picture: no script, no document, no guessing. */
const PROTECTION = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** If-None-Match compares weakly (RFC 9110 section 13.1.2). */
const matches = (ifNoneMatch: string | null, etag: string) =>
  (ifNoneMatch ?? '').split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
