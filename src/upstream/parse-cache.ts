import { LRUCache } from 'lru-cache';

/** Maximum size of all cached bodies, and of one. Their parsed results take a few times as much memory. */
const MAX_BYTES = { total: 8_000_000, each: 250_000 };

interface ParsedResponse {
  readonly bytes: Buffer;
  readonly result: unknown;
}

/** Marks a key with one response so far. A body is cached from its second response on, because most keys have only one. */
const SEEN_ONCE: ParsedResponse = { bytes: Buffer.alloc(0), result: undefined };

/**
 * Caches the parsed results of responses. A body that equals the previous one of its key byte by byte, as most do, is
 * not parsed again. Requests are sent all the same, so a result is never older than the response.
 */
export class ParseCache {
  readonly #entries = new LRUCache<string, ParsedResponse>({
    maxSize: MAX_BYTES.total,
    sizeCalculation: ({ bytes }, key) => bytes.byteLength + key.length,
  });

  /**
   * The parsed result of a body.
   *
   * @param key Identifies the request and its credential. All results of one key have the same type.
   * @param parser Its result depends on the bytes alone, and must not be modified.
   */
  resultOf<Result>(key: string, bytes: Buffer, parser: { parse(bytes: Buffer): Result }): Result {
    const entry = this.#entries.get(key);
    // All results of one key have the same type.
    if (entry && entry !== SEEN_ONCE && entry.bytes.equals(bytes)) return entry.result as Result;
    const result = parser.parse(bytes);
    if (bytes.byteLength <= MAX_BYTES.each) {
      this.#entries.set(key, entry === SEEN_ONCE ? { bytes: copyOf(bytes), result } : SEEN_ONCE);
    }
    return result;
  }
}

/** A copy in its own memory: the bytes may be a slice of a larger buffer, which would stay in memory. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  bytes.copy(copy);
  return copy;
}
