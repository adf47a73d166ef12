import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { badInput, type DocumentError, NOT_FOUND } from './request.ts';

/** Documents that clients have registered together with their hashes (automatic persisted queries, APQ). */
export interface AutomaticDocuments {
  /**
   * Returns the document with this hash.
   *
   * @param text The document, if the client also sent it. It is registered if it is valid, or as soon as
   * {@link markValid} is called with it.
   */
  find(hash: string, text: string | undefined): string | DocumentError;
  /** Completes the registration of a document that has passed validation. */
  markValid(text: string): void;
}

/** Maximum size of the cache, in bytes. Every client may register documents, so the least recently used are evicted. */
const MAX_CACHE_BYTES = 8_388_608;
/** Maximum size of one cached document, in bytes. */
const MAX_DOCUMENT_BYTES = 65_536;
/** Maximum size of the documents that are not validated yet, in bytes. Validation follows immediately. */
const MAX_UNVALIDATED_BYTES = 1_048_576;

export interface AutomaticDocumentsOptions {
  /** True if a document is known to be valid. */
  isValid: (text: string) => boolean;
  /** Maximum size of the cache, in bytes. @default {@link MAX_CACHE_BYTES} */
  bytes?: number;
}

export function createAutomaticDocuments({
  isValid,
  bytes = MAX_CACHE_BYTES,
}: AutomaticDocumentsOptions): AutomaticDocuments {
  const texts = createCache(bytes);
  const unvalidated = createCache(MAX_UNVALIDATED_BYTES);

  return {
    find(hash, text) {
      if (!/^[0-9a-f]{64}$/.test(hash)) {
        return badInput(
          '`extensions.persistedQuery.sha256Hash` must be a SHA-256 hash of 64 lower-case hexadecimal digits, but is not.',
        );
      }
      if (text === undefined) return texts.get(hash) ?? NOT_FOUND;
      if (texts.get(hash) === text) return text;
      const actual = createHash('sha256').update(text).digest('hex');
      if (actual !== hash) {
        return badInput(
          `\`extensions.persistedQuery.sha256Hash\` must be the hash of \`query\`, which is ${actual}, but is ${hash}.`,
        );
      }
      if (isValid(text)) texts.set(hash, text);
      else unvalidated.set(text, hash);
      return text;
    },
    markValid(text) {
      const hash = unvalidated.get(text);
      if (hash === undefined) return;
      unvalidated.delete(text);
      texts.set(hash, text);
    },
  };
}

/** A cache of strings by strings, bounded in bytes. Entries that exceed {@link MAX_DOCUMENT_BYTES} are not cached. */
const createCache = (bytes: number) =>
  new LRUCache<string, string>({
    maxSize: bytes,
    maxEntrySize: MAX_DOCUMENT_BYTES,
    sizeCalculation: (value, key) => Buffer.byteLength(value) + Buffer.byteLength(key),
  });
