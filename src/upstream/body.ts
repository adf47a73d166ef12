/** A body is longer than anything that is expected. */
export class BodyTooLongError extends Error {
  override name = 'BodyTooLongError' as const;

  constructor(maxBytes: number) {
    super(`expected at most ${maxBytes} bytes, got more`);
  }
}

/**
 * Reads a body of UTF-8 to its end, but no further than `maxBytes`.
 *
 * @throws BodyTooLongError when there is more; the rest is not read.
 */
export async function readText({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyTooLongError(maxBytes);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks, size));
}
