/** A page of lists, or a picture in base64, is far below it; in bytes. */
export const MAX_RESPONSE_BYTES = 67_108_864;

/** A body has arrived, but breaks the contract before it is parsed. */
export class BodyError extends Error {
  override name = 'BodyError';
}

/** A body is longer than anything that is expected. */
export class BodyTooLongError extends BodyError {
  override name = 'BodyTooLongError';

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
