/** Maximum size of the rest of a body that is read and discarded, in bytes. */
export const MAX_DRAIN_BYTES = 16_777_216;

/**
 * Reads and discards the rest of a request body, up to a maximum. A client that reads only after it has sent everything
 * would otherwise never receive the response, and closing the connection may discard the response (RFC 9112, 9.6).
 * Never rejects.
 */
export async function drain(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  try {
    for (let left = MAX_DRAIN_BYTES; left > 0; ) {
      const chunk = (await reader?.read())?.value;
      if (!chunk) return;
      left -= chunk.byteLength;
    }
    await reader?.cancel();
  } catch {
    // The client has disconnected.
  }
}
