import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A text that never changes while the process lives. It is compressed once, when somebody first asks for it. */
export interface StaticFile {
  /** Tells contents apart; fit for an address. */
  readonly hash: string;
  /** Answers a GET or HEAD: compressed if the client takes that, and not at all if it has the file already. */
  serve(request: Request): Promise<Response>;
}

/**
 * @param headers What is always said with it. `vary` is extended by the encoding.
 */
export function staticFile(text: string, headers: Readonly<Record<string, string>>): StaticFile {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  const vary = [headers.vary, 'accept-encoding'].filter(Boolean).join(', ');
  let compressed: Promise<Buffer> | undefined;
  const zip = () => {
    compressed ??= compress(text);
    return compressed;
  };

  return {
    hash,
    async serve(request) {
      const zipped = acceptsGzip(request.headers.get('accept-encoding'));
      // Other bytes, another strong validator (RFC 9110, 8.8.3.3).
      const etag = zipped ? `"${hash}-gzip"` : `"${hash}"`;
      const known = { ...headers, vary, etag };
      if (isKnown(request.headers.get('if-none-match'), etag))
        return new Response(null, { status: 304, headers: known });

      const body = new Uint8Array(await (zipped ? zip() : Buffer.from(text)));
      return new Response(request.method === 'HEAD' ? null : body, {
        headers: {
          ...known,
          'content-length': String(body.byteLength),
          ...(zipped && { 'content-encoding': 'gzip' }),
        },
      });
    },
  };
}

/** Whether an `Accept-Encoding` takes gzip (RFC 9110, 12.5.3): by its name or by `*`, and not with a weight of 0. */
function acceptsGzip(header: string | null): boolean {
  const weights = new Map<string, number>();
  for (const entry of (header ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}

/** Whether an `If-None-Match` names this validator, compared weakly (RFC 9110, 13.1.2). */
const isKnown = (header: string | null, etag: string): boolean =>
  header !== null &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
