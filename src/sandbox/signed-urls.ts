import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.ts';

/** Creates and verifies URLs that give temporary access to one image without an API key. */
export interface SignedUrls {
  /** Returns the signed absolute URL of a path. */
  sign(origin: string, path: string): string;
  /** @throws ApiError 403 if the URL was changed or has expired. */
  verify(url: URL): void;
}

/** Options of signed URLs. */
export interface SignedUrlOptions {
  secret: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Lifetime of a URL, in milliseconds. */
  lifetime: number;
}

/** Creates signed URLs with HMAC-SHA-256 over the path and the expiry time (epoch seconds). */
export function createSignedUrls({ secret, now, lifetime }: SignedUrlOptions): SignedUrls {
  const signature = (path: string, expires: string) =>
    createHmac('sha256', secret).update(`${path}\n${expires}`).digest('base64url');

  return {
    sign: (origin, path) => {
      const expires = String(Math.ceil((now() + lifetime) / 1_000));
      return `${origin}${path}?${new URLSearchParams({ expires, signature: signature(path, expires) })}`;
    },
    verify: ({ pathname, searchParams }) => {
      const expires = searchParams.get('expires') ?? '';
      const got = Buffer.from(searchParams.get('signature') ?? '');
      const expected = Buffer.from(signature(pathname, expires));
      if (got.length !== expected.length || !timingSafeEqual(got, expected)) {
        throw new ApiError(403, 'The signature does not match this URL. Use the URL exactly as it was returned.');
      }
      if (now() >= Number(expires) * 1_000) {
        throw new ApiError(403, 'This URL has expired. Read the document again to get a new one.');
      }
    },
  };
}
