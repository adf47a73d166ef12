/** More than this is not read for nothing, in bytes. */
export const DRAINED = 16_777_216;

/**
 * Reads on for a while what nobody wants: a sender that only writes would not see its answer before, and cutting it off
 * may take the answer away as well (RFC 9112, 9.6). Never rejects.
 */
export async function drain(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  try {
    for (let left = DRAINED; left > 0; ) {
      const chunk = (await reader?.read())?.value;
      if (!chunk) return;
      left -= chunk.byteLength;
    }
    await reader?.cancel();
  } catch {
    // The sender has left.
  }
}
