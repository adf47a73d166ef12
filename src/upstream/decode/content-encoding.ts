import { brotliDecompress, gunzip, type InputType, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { BodyError, BodyTooLongError, MAX_RESPONSE_BYTES } from '../transport/body.ts';
import { NetworkError } from '../transport/errors.ts';

/** The codings of {@link decode}, for `Accept-Encoding`. Node.js 20 has no zstd. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br';

/** The number of codings that one body may have: each multiplies the work that a small body can cause. */
const MOST_CODINGS = 5;

/**
 * Undoes a `Content-Encoding` (RFC 9110, 8.4): a list of codings in any case, of which the last was applied last.
 *
 * @param maxBytes The most that may come out of each coding.
 * @throws BodyError when a coding is unknown, there are too many, or more comes out; NetworkError when the bytes are
 * broken or incomplete. As in zlib, what follows a gzip member must be another one or zeros; deflate and br end by
 * themselves.
 */
export async function decode(bytes: Buffer, contentEncoding: string, maxBytes: number): Promise<Buffer> {
  let decoded = bytes;
  for (const decompress of decompressorsOf(contentEncoding)) decoded = await run(decompress, decoded, maxBytes);
  return decoded;
}

/**
 * The response with its body decoded. A body with a coding is read whole before any of it is passed on.
 *
 * @param contentEncoding Undefined for a body that has no coding.
 */
export function decodeResponse(response: Response, contentEncoding: string | undefined): Response {
  const { body, status, statusText } = response;
  if (contentEncoding === undefined || body === null) return response;
  const headers = new Headers(response.headers);
  // It counts the encoded bytes.
  headers.delete('content-length');
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Unlike a reader of its own, a pipe passes cancellation on while the body is being read.
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

/** What undoes the codings, in that order. @throws BodyError */
function decompressorsOf(contentEncoding: string): Decompress[] {
  const codings = contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MOST_CODINGS) {
    throw new BodyError(`expected at most ${MOST_CODINGS} content codings, got ${codings.length}`);
  }
  return codings.reverse().map((coding) => {
    const decompress = decompressors.get(coding);
    if (decompress) return decompress;
    throw new BodyError(`expected a content coding of ${ACCEPTED_CODINGS}, got "${coding.slice(0, LONGEST_NAME)}"`);
  });
}

/** More than the name of any coding, in characters. */
const LONGEST_NAME = 40;

async function run(decompress: Decompress, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  // An empty body is sent without the frame of its coding.
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

/** By RFC 9110 "deflate" has the header of zlib; some servers leave it out. */
const inflateEither: Decompress = (bytes, options, done) =>
  ((bytes[0] ?? 0) & 0x0f) === 0x08 ? inflate(bytes, options, done) : inflateRaw(bytes, options, done);

const decompressors: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflateEither],
  ['br', brotliDecompress],
]);
