import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.ts';

/** Makes and checks addresses that open one image for a while without an API key. */
export interface SignedUrls {
  /** The absolute address of a path of this server. */
  sign(origin: string, path: string): string;
  /** @throws ApiError 403 when the address was changed or its time is over. */
  verify(url: URL): void;
}

/** What the signatures depend on. */
export interface SignedUrlOptions {
  secret: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** How long an address works, in milliseconds. */
  lifetime: number;
}

/** Signs with HMAC-SHA-256 over the path and the time at which the address expires (epoch seconds). */
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
        throw new ApiError(403, 'The signature does not fit this address. Use the address exactly as it was given.');
      }
      if (now() >= Number(expires) * 1_000) {
        throw new ApiError(403, 'This address has expired. Read the document again to get a fresh one.');
      }
    },
  };
}
