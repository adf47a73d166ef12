import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { badInput, type DocumentError, NOT_FOUND } from './request.ts';

/** Documents that clients have sent together with their hashes (automatic persisted queries, APQ). */
export interface AutomaticDocuments {
  /**
   * The document with this hash.
   *
   * @param text The document, where the client sends it too; it is kept as soon as {@link confirm} tells that it is valid.
   */
  find(hash: string, text: string | undefined): string | DocumentError;
  /** A document was found valid. */
  markValid(text: string): void;
}

/** What is kept, in bytes, and the longest document that is. Anybody may send documents, so the oldest make room. */
const KEPT = { bytes: 8_388_608, longest: 65_536 };
/** Documents between their arrival and their validation, which follow one upon the other. */
const UNCONFIRMED = { bytes: 1_048_576, longest: KEPT.longest };

export function createAutomaticDocuments({ bytes = KEPT.bytes }: { bytes?: number } = {}): AutomaticDocuments {
  const texts = bounded(bytes);
  const unconfirmed = bounded(UNCONFIRMED.bytes);

  return {
    find(hash, text) {
      if (!/^[0-9a-f]{64}$/.test(hash)) {
        return badInput(
          '`extensions.persistedQuery.sha256Hash` must be a SHA-256 hash in 64 lower-case hexadecimal digits, but is not.',
        );
      }
      if (text === undefined) return texts.get(hash) ?? NOT_FOUND;
      if (texts.get(hash) === text) return text;
      const own = createHash('sha256').update(text).digest('hex');
      if (own !== hash) {
        return badInput(
          `\`extensions.persistedQuery.sha256Hash\` must be the hash of \`query\`, which is ${own}, but is ${hash}.`,
        );
      }
      unconfirmed.set(text, hash);
      return text;
    },
    markValid(text) {
      const hash = unconfirmed.get(text);
      if (hash === undefined) return;
      unconfirmed.delete(text);
      texts.set(hash, text);
    },
  };
}

/** Texts by texts, one of which is a hash; what is longer than the longest is not kept. */
const bounded = (bytes: number) =>
  new LRUCache<string, string>({
    maxSize: bytes,
    maxEntrySize: KEPT.longest,
    sizeCalculation: (value, key) => Buffer.byteLength(value) + Buffer.byteLength(key),
  });
