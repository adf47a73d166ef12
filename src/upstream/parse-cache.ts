import { LRUCache } from 'lru-cache';
import { hashOf } from '../util/hash.ts';

/** Maximum size of all cached bodies, and of one. Their parsed results take a few times as much memory. */
const MAX_BYTES = { total: 8_000_000, each: 250_000 };

interface ParsedResponse {
  readonly bytes: Buffer;
  readonly result: unknown;
}

/** Number of keys whose last responses are remembered. Must be a power of two. */
const SLOTS = 65_536;
/** Maximum of {@link Slots.changes}: a body that changes each time is compared after at most 2^6 further responses. */
const MAX_CHANGES = 6;

/**
 * Facts about keys that are not cached. Each key has the slot of its hash, so none needs memory of its own. If two keys share a
 * slot, their bodies are parsed more often.
 */
class Slots {
  readonly hashes = new Int32Array(SLOTS);
  /** How often in succession the body differed from the cached one. */
  readonly changes = new Uint8Array(SLOTS);
  /** Number of responses that are not worth caching. */
  readonly skipped = new Uint8Array(SLOTS);
}

/**
 * Caches the parsed results of responses. A body that equals the previous one of its key byte by byte, as most do, is
 * not parsed again. Requests are sent all the same, so a result is never older than the response.
 *
 * A body is cached from its second response on, because most keys have only one, and more and more rarely while it changes.
 */
export class ParseCache {
  readonly #slots = new Slots();
  readonly #entries = new LRUCache<string, ParsedResponse>({
    maxSize: MAX_BYTES.total,
    sizeCalculation: ({ bytes }, key) => bytes.byteLength + key.length,
  });

  /**
   * The parsed result of a body.
   *
   * @param owner Identifies the credential.
   * @param path Identifies the request. All results of one path have the same type.
   * @param parser Its result depends on the bytes alone, and must not be modified.
   */
  resultOf<Result>(owner: string, path: string, bytes: Buffer, parser: { parse(bytes: Buffer): Result }): Result {
    const { hashes, changes, skipped } = this.#slots;
    const hash = hashOf(path, hashOf(owner));
    const slot = hash & (SLOTS - 1);
    if (hashes[slot] !== hash) {
      const result = parser.parse(bytes);
      hashes[slot] = hash;
      changes[slot] = 0;
      skipped[slot] = 0;
      return result;
    }
    const left = skipped[slot] ?? 0;
    if (left > 0) {
      skipped[slot] = left - 1;
      return parser.parse(bytes);
    }
    // Neither credentials nor paths contain a space.
    const key = `${owner} ${path}`;
    const entry = this.#entries.get(key);
    if (entry?.bytes.equals(bytes)) {
      changes[slot] = 0;
      return entry.result as Result;
    }
    const result = parser.parse(bytes);
    if (entry) {
      const times = Math.min((changes[slot] ?? 0) + 1, MAX_CHANGES);
      changes[slot] = times;
      skipped[slot] = 2 ** times - 1;
      this.#entries.delete(key);
    } else if (bytes.byteLength <= MAX_BYTES.each) this.#entries.set(key, { bytes: copyOf(bytes), result });
    return result;
  }
}

/** A copy in its own memory: the bytes may be a slice of a larger buffer, which would stay in memory. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  bytes.copy(copy);
  return copy;
}
