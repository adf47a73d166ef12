import { LRUCache } from 'lru-cache';
import { hashOf } from './hash.ts';
import { badInput, type DocumentError, NOT_FOUND } from './request.ts';
import type { SharedDocuments } from './shared-documents.ts';

/** Documents that clients have registered together with their hashes (automatic persisted queries, APQ). */
export interface AutomaticDocuments {
  /**
   * Returns the document with this hash.
   *
   * @param text The document, if the client also sent it. It is registered if it is valid, or as soon as
   * {@link markValid} is called with it.
   */
  find(hash: string, text: string | undefined): string | DocumentError;
  /** Reads a document that {@link find} does not find, but another replica may have registered. Synchronous without a cluster. */
  findAtOthers(hash: string): string | DocumentError | Promise<string | DocumentError>;
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
  /** The documents of all replicas. @default only those of this one */
  shared?: SharedDocuments | undefined;
}

export function createAutomaticDocuments({
  isValid,
  bytes = MAX_CACHE_BYTES,
  shared,
}: AutomaticDocumentsOptions): AutomaticDocuments {
  const texts = createCache(bytes);
  const unvalidated = createCache(MAX_UNVALIDATED_BYTES);
  /** @returns The text. */
  const add = (hash: string, text: string): string => {
    if (isValid(text)) register(hash, text);
    else unvalidated.set(text, hash);
    return text;
  };
  const register = (hash: string, text: string) => {
    texts.set(hash, text);
    // A document that is too large is not cached.
    if (texts.has(hash)) shared?.store(hash, text);
  };

  return {
    find(hash, text) {
      if (!/^[0-9a-f]{64}$/.test(hash)) {
        return badInput(
          '`extensions.persistedQuery.sha256Hash` must be a SHA-256 hash of 64 lower-case hexadecimal digits, but is not.',
        );
      }
      if (text === undefined) return texts.get(hash) ?? NOT_FOUND;
      if (texts.get(hash) === text) {
        shared?.store(hash, text);
        return text;
      }
      const actual = hashOf(text);
      if (actual !== hash) {
        return badInput(
          `\`extensions.persistedQuery.sha256Hash\` must be the hash of \`query\`, which is ${actual}, but is ${hash}.`,
        );
      }
      return add(hash, text);
    },
    findAtOthers(hash) {
      const finding = shared?.find(hash);
      return finding ? finding.then((text) => (text === undefined ? NOT_FOUND : add(hash, text))) : NOT_FOUND;
    },
    markValid(text) {
      const hash = unvalidated.get(text);
      if (hash === undefined) return;
      unvalidated.delete(text);
      register(hash, text);
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
