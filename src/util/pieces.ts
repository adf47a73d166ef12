/** How much of bytes in memory is handed on at a time, in bytes. */
export const PIECE_BYTES = 65_536;

/**
 * Bytes in memory as a stream of small pieces, none of which is made before it is wanted. Each is a copy, because a view in
 * the buffers of a slow reader would keep all of the bytes in memory; and a large piece would hide whether the reader takes
 * any of it.
 */
export function inPieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = new Uint8Array(bytes.subarray(at, at + PIECE_BYTES));
        at += piece.byteLength;
        if (piece.byteLength > 0) controller.enqueue(piece);
        if (at === bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A stream that calls back once, when its source has ended, has failed or is left. */
export function whenOver(source: ReadableStream<Uint8Array>, onOver: () => void): ReadableStream<Uint8Array> {
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
