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
export async function readBytes({ body }: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyTooLongError(maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, size));
}

/** As {@link readBytes}, as UTF-8. */
export const readText = async (response: Response, maxBytes: number): Promise<string> =>
  new TextDecoder().decode(await readBytes(response, maxBytes));
