/**
 * Reads all bytes of a body into memory.
 *
 * @param body Canceled if it is too long. Null has no bytes.
 * @param maxBytes Maximum size.
 * @param tooLong Creates the error for a longer body.
 * @throws The error of `tooLong`, the error of the body.
 */
export async function readBytes(
  body: AsyncIterable<Uint8Array> | null,
  maxBytes: number,
  tooLong: () => Error,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
