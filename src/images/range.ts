/** A range of bytes. Positions start at 0. */
export interface ByteRange {
  readonly first: number;
  /** Position of the last byte, inclusive. */
  readonly last: number;
}

/**
 * Parses a `Range` header (RFC 9110 section 14.1.2). Returns undefined for a header that is ignored: another unit, an
 * invalid range, or several ranges, for which the whole representation is a valid response (section 14.2).
 *
 * @param size Size of the whole representation, in bytes.
 */
export function parseRange(header: string | null, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, from, to] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') {
    const count = Math.min(Number(to), size);
    return count === 0 ? 'unsatisfiable' : { first: size - count, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first < size ? { first, last } : 'unsatisfiable';
}

/** A range of a stream. Reads and discards the bytes before it, and cancels the stream after it. */
export function sliceStream(
  source: ReadableStream<Uint8Array>,
  { first, last }: ByteRange,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          const begin = at;
          at += value.byteLength;
          const piece = value.subarray(Math.max(0, first - begin), Math.max(0, last + 1 - begin));
          if (piece.byteLength > 0) controller.enqueue(piece);
          if (at > last) {
            void reader.cancel().catch(() => {});
            return controller.close();
          }
          if (piece.byteLength > 0) return;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
