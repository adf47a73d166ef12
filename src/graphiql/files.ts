import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A text file that does not change while the process runs. Compressed once, on the first request. */
export interface StaticFile {
  /** Hash of the content, safe for URLs. */
  readonly hash: string;
  /** Responds to a GET or HEAD request: compressed if the client accepts gzip, with 304 if the client has cached the file. */
  serve(request: Request): Promise<Response>;
}

/** @param headers Headers of all responses. `accept-encoding` is added to `vary`. */
export function staticFile(text: string, headers: Readonly<Record<string, string>>): StaticFile {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  const vary = [headers.vary, 'accept-encoding'].filter(Boolean).join(', ');
  let compressed: Promise<Buffer> | undefined;
  const gzipped = () => {
    compressed ??= compress(text);
    return compressed;
  };

  return {
    hash,
    async serve(request) {
      const usesGzip = acceptsGzip(request.headers.get('accept-encoding'));
      // A different representation needs a different strong validator (RFC 9110, 8.8.3.3).
      const etag = usesGzip ? `"${hash}-gzip"` : `"${hash}"`;
      const responseHeaders = { ...headers, vary, etag };
      if (matchesEtag(request.headers.get('if-none-match'), etag))
        return new Response(null, { status: 304, headers: responseHeaders });

      const body = new Uint8Array(await (usesGzip ? gzipped() : Buffer.from(text)));
      return new Response(request.method === 'HEAD' ? null : body, {
        headers: {
          ...responseHeaders,
          'content-length': String(body.byteLength),
          ...(usesGzip && { 'content-encoding': 'gzip' }),
        },
      });
    },
  };
}

/** True if an `Accept-Encoding` header contains gzip or `*` with a weight above 0 (RFC 9110, 12.5.3). */
function acceptsGzip(header: string | null): boolean {
  const weights = new Map<string, number>();
  for (const entry of (header ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}

/** True if an `If-None-Match` header matches the validator by weak comparison (RFC 9110, 13.1.2). */
const matchesEtag = (header: string | null, etag: string): boolean =>
  header !== null &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
