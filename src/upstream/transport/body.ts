/** Maximum size of a response body, in bytes: far more than a page of a list, or an image in base64. */
export const MAX_RESPONSE_BYTES = 67_108_864;

/** A received body violates the contract before it is parsed. */
export class BodyError extends Error {
  override name = 'BodyError';
}

/** A body exceeds its maximum size. */
export class BodyTooLongError extends BodyError {
  override name = 'BodyTooLongError';

  constructor(maxBytes: number) {
    super(`expected at most ${maxBytes} bytes, got more`);
  }
}

/**
 * Reads a body of at most `maxBytes`.
 *
 * @throws BodyTooLongError if it is longer; the rest is not read.
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

/** Decodes UTF-8, without a byte order mark. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
