import { LRUCache } from 'lru-cache';

/** What all kept answers may have together, and one of them, in bytes. What was made of them takes a few times as much. */
const KEPT = { altogether: 8_000_000, each: 250_000 };

interface ParsedResponse {
  readonly bytes: Buffer;
  readonly result: unknown;
}

/** Of a name under which something came once. Most come no second time, and are not kept for it. */
const ONCE: ParsedResponse = { bytes: Buffer.alloc(0), result: undefined };

/**
 * What was made of answers that came before. Most of what is read again has not changed, and what came again byte by byte
 * is not parsed again. The upstream is asked all the same, so that nothing here is ever older than its answer.
 */
export class ParseCache {
  readonly #known = new LRUCache<string, ParsedResponse>({
    maxSize: KEPT.altogether,
    sizeCalculation: ({ bytes }, name) => bytes.byteLength + name.length,
  });

  /**
   * What is made of an answer.
   *
   * @param name What was asked for, and with which credential: whatever comes under a name is made into the same thing.
   * @param maker What it makes depends on the bytes alone. Nobody may change that.
   */
  resultOf<Result>(name: string, bytes: Buffer, maker: { make(bytes: Buffer): Result }): Result {
    const known = this.#known.get(name);
    // Under this name only results of this kind are kept.
    if (known && known !== ONCE && known.bytes.equals(bytes)) return known.result as Result;
    const result = maker.make(bytes);
    if (bytes.byteLength <= KEPT.each) this.#known.set(name, known === ONCE ? { bytes: copyOf(bytes), result } : ONCE);
    return result;
  }
}

/** In memory of its own: what came over a connection may be a part of something larger. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  bytes.copy(copy);
  return copy;
}
