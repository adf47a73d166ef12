import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A file that does not change while the process runs. Compressed once per encoding, on the first request for it. */
export interface StaticFile {
  /** Hash of the content, safe for URLs. */
  readonly hash: string;
  /** Responds to a GET or HEAD request: compressed if the client accepts it, with 304 if the client has cached the file. */
  serve(request: Request): Promise<Response>;
}

/** The supported encodings, in order of preference. */
const ENCODINGS = ['br', 'gzip'] as const;
type Encoding = (typeof ENCODINGS)[number];

const compressors: Readonly<Record<Encoding, (content: Buffer) => Promise<Buffer>>> = {
  br: (content) =>
    promisify(brotliCompress)(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: content.byteLength > LARGE ? LARGE_QUALITY : constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
      },
    }),
  gzip: promisify(gzip),
};

/** The best compression takes about a second per megabyte, so larger files are compressed less. In bytes. */
const LARGE = 1_000_000;
const LARGE_QUALITY = 5;

/** @param headers Headers of all responses. `accept-encoding` is added to `vary`. */
export function staticFile(text: string | Uint8Array, headers: Readonly<Record<string, string>>): StaticFile {
  const content = Buffer.from(text);
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
  const vary = [headers.vary, 'accept-encoding'].filter(Boolean).join(', ');
  const compressed: { [encoding in Encoding]?: Promise<Buffer> } = {};
  const encode = (encoding: Encoding) => {
    compressed[encoding] ??= compressors[encoding](content);
    return compressed[encoding];
  };

  return {
    hash,
    async serve(request) {
      const encoding = chooseEncoding(request.headers.get('accept-encoding'));
      // A different representation needs a different strong validator (RFC 9110, 8.8.3.3).
      const etag = encoding ? `"${hash}-${encoding}"` : `"${hash}"`;
      const responseHeaders = { ...headers, vary, etag };
      if (matchesEtag(request.headers.get('if-none-match'), etag))
        return new Response(null, { status: 304, headers: responseHeaders });

      const body = new Uint8Array(encoding ? await encode(encoding) : content);
      return new Response(request.method === 'HEAD' ? null : body, {
        headers: {
          ...responseHeaders,
          'content-length': String(body.byteLength),
          ...(encoding && { 'content-encoding': encoding }),
        },
      });
    },
  };
}

/**
 * The supported encoding with the highest weight in an `Accept-Encoding` header (RFC 9110, 12.5.3); undefined if none has a
 * weight above 0.
 */
function chooseEncoding(header: string | null): Encoding | undefined {
  const weights = new Map<string, number>();
  for (const entry of (header ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding === 'x-gzip' ? 'gzip' : coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  const weightOf = (encoding: Encoding) => weights.get(encoding) ?? weights.get('*') ?? 0;
  const [best] = ENCODINGS.toSorted((a, b) => weightOf(b) - weightOf(a));
  return best && weightOf(best) > 0 ? best : undefined;
}

/** True if an `If-None-Match` header matches the validator by weak comparison (RFC 9110, 13.1.2). */
const matchesEtag = (header: string | null, etag: string): boolean =>
  header !== null &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
