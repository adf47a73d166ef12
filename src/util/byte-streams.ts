/** Maximum size of a chunk, in bytes. */
export const CHUNK_BYTES = 65_536;

/**
 * Streams bytes in small chunks, on demand. Each chunk is a copy, because a view in the buffer of a slow reader would keep all
 * bytes in memory. Large chunks would hide whether the reader makes progress.
 */
export function toChunkStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = new Uint8Array(bytes.subarray(offset, offset + CHUNK_BYTES));
        offset += chunk.byteLength;
        if (chunk.byteLength > 0) controller.enqueue(chunk);
        if (offset === bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Wraps a stream. Calls `onOver` once, when the stream has ended, has failed or is canceled. */
export function onStreamEnd(source: ReadableStream<Uint8Array>, onOver: () => void): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          onOver();
          throw error;
        });
        if (!done) return controller.enqueue(value);
        onOver();
        controller.close();
      },
      cancel(reason) {
        onOver();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
