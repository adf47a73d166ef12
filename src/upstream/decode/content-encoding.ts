import { brotliDecompress, gunzip, type InputType, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { BodyError, BodyTooLongError, MAX_RESPONSE_BYTES } from '../transport/body.ts';
import { NetworkError } from '../transport/errors.ts';

/** The codings that {@link decode} supports, for `Accept-Encoding`. Node.js 20 has no zstd. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br';

/** Maximum number of codings of one body: each multiplies the work that a small body can cause. */
const MAX_CODINGS = 5;

/**
 * Decodes a body by its `Content-Encoding` (RFC 9110, 8.4): a case-insensitive list of codings, in the order in which
 * they were applied.
 *
 * @param maxBytes Maximum output of each coding, in bytes.
 * @throws BodyError if a coding is unknown, there are too many, or the output is too large; NetworkError if the bytes are
 * invalid or incomplete. As in zlib, a gzip member may be followed by another one or by zeros only; bytes after the end
 * of deflate and br are ignored.
 */
export async function decode(bytes: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer> {
  let decoded = bytes;
  for (const decompress of decompressorsOf(contentEncoding)) decoded = await run(decompress, decoded, maxBytes);
  return decoded;
}

/**
 * Returns the response with its body decoded. An encoded body is read completely before it is passed on.
 *
 * @param contentEncoding Undefined if the body is not encoded.
 */
export function decodeResponse(response: Response, contentEncoding: string | undefined): Response {
  const { body, status, statusText } = response;
  if (contentEncoding === undefined || body === null) return response;
  const headers = new Headers(response.headers);
  // It is the length of the encoded body.
  headers.delete('content-length');
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Unlike a separate reader, a pipe passes cancellation on while the body is being read.
  const decoded = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>(
      {
        transform(chunk) {
          size += chunk.byteLength;
          if (size > MAX_RESPONSE_BYTES) throw new BodyTooLongError(MAX_RESPONSE_BYTES);
          chunks.push(chunk);
        },
        async flush(controller) {
          const bytes = await decode(Buffer.concat(chunks, size), contentEncoding, MAX_RESPONSE_BYTES);
          if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes));
        },
      },
      undefined,
      { highWaterMark: 0 },
    ),
  );
  return new Response(decoded, { status, statusText, headers });
}

/** The decompressors for a list of codings, in the order to run them. @throws BodyError */
function decompressorsOf(contentEncoding: string): Decompress[] {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) {
    throw new BodyError(`expected at most ${MAX_CODINGS} content codings, got ${codings.length}`);
  }
  return codings.reverse().map((coding) => {
    const decompress = decompressors.get(coding);
    if (decompress) return decompress;
    throw new BodyError(`expected a content coding of ${ACCEPTED_CODINGS}, got "${coding.slice(0, MAX_NAME_LENGTH)}"`);
  });
}

/** Maximum length of an unknown coding's name in an error message, in characters. */
const MAX_NAME_LENGTH = 40;

async function run(decompress: Decompress, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  // Servers send empty bodies without the frame of the coding.
  if (bytes.byteLength === 0) return bytes;
  return await new Promise((resolve, reject) => {
    decompress(bytes, { maxOutputLength: maxBytes }, (error, result) => {
      if (!error) resolve(result);
      else if (Reflect.get(error, 'code') === 'ERR_BUFFER_TOO_LARGE') reject(new BodyTooLongError(maxBytes));
      else reject(new NetworkError(error));
    });
  });
}

type Decompress = (
  bytes: InputType & Buffer,
  options: ZlibOptions,
  done: (error: Error | null, result: Buffer) => void,
) => void;

/** Inflates with or without a zlib header: RFC 9110 requires it for "deflate", but some servers omit it. */
const inflateEither: Decompress = (bytes, options, done) =>
  ((bytes[0] ?? 0) & 0x0f) === 0x08 ? inflate(bytes, options, done) : inflateRaw(bytes, options, done);

const decompressors: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflateEither],
  ['br', brotliDecompress],
]);
