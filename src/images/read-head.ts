import { CHUNK_BYTES } from '../util/byte-streams.ts';

/** The first bytes of a stream, and the whole stream from its beginning. */
export interface ReadHead {
  /** At least the requested number of bytes, unless the stream is shorter. */
  head: Uint8Array;
  /** The whole stream in small chunks, so that the progress of a slow reader is visible. */
  body: ReadableStream<Uint8Array>;
}

/**
 * Reads the first bytes of a stream without consuming them.
 *
 * @param count Number of bytes.
 * @throws The error of the stream, if it fails before that many bytes have arrived.
 */
export async function readHead(source: ReadableStream<Uint8Array>, count: number): Promise<ReadHead> {
  const reader = source.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < count) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  const head = Buffer.concat(chunks);
  let rest: Uint8Array = head;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (rest.byteLength === 0) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          rest = value;
        }
        controller.enqueue(rest.subarray(0, CHUNK_BYTES));
        rest = rest.subarray(CHUNK_BYTES);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { head, body };
}
