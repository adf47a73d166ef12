import { brotliDecompress, gunzip, type InputType, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';

/** A page of lists, or a picture in base64, is far below it; in bytes. */
export const LARGEST_ANSWER = 67_108_864;

/** A body is longer than anything that is expected. */
export class BodyTooLongError extends Error {
  override name = 'BodyTooLongError' as const;

  constructor(maxBytes: number) {
    super(`expected at most ${maxBytes} bytes, got more`);
  }
}

/**
 * Reads a body to its end, but no further than `maxBytes`.
 *
 * @throws BodyTooLongError when there is more; the rest is not read.
 */
export async function readBytes({ body }: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyTooLongError(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Bytes of UTF-8 as text, without a byte order mark. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** The codings of {@link decode}, for `Accept-Encoding`. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br';

/**
 * Undoes a coding of RFC 9110, 8.4.1. Bytes in one that is not known stay as they are.
 *
 * @param maxBytes The most that may come out of it.
 * @throws BodyTooLongError when more comes out; the error of zlib when the bytes are broken.
 */
export async function decode(bytes: Buffer, coding: string, maxBytes: number): Promise<Buffer> {
  const decompress = decompressors[coding];
  // Nothing in a coding is nothing.
  if (!decompress || bytes.byteLength === 0) return bytes;
  return await new Promise((resolve, reject) => {
    decompress(bytes, { maxOutputLength: maxBytes }, (error, result) => {
      if (!error) resolve(result);
      else reject(Reflect.get(error, 'code') === 'ERR_BUFFER_TOO_LARGE' ? new BodyTooLongError(maxBytes) : error);
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

const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: inflateEither,
  br: brotliDecompress,
};
