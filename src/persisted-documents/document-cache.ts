import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

/**
 * Maximum total length of the cached documents, in characters. A parsed document with its execution plans takes about
 * 100 times the memory of its text.
 */
const MAX_CHARACTERS = 500_000;

/** A cache by document text, bounded by the length of the documents. */
const createCache = <Value extends object>() =>
  new LRUCache<string, Value>({ maxSize: MAX_CHARACTERS, sizeCalculation: (_value, text) => text.length + 1 });

/** Cache of parsed and validated documents, shared by all callers. */
export interface DocumentCache {
  /** Returns a parsed document that has passed validation; undefined for any other. */
  find(text: string): DocumentNode | undefined;
  /** Caches in which Yoga stores parsed documents and syntax errors. */
  readonly caches: { documentCache: LRUCache<string, DocumentNode>; errorCache: LRUCache<string, Error> };
  /** Records which documents pass validation. */
  readonly plugin: Plugin;
}

export function createDocumentCache(): DocumentCache {
  const parsed = createCache<DocumentNode>();
  const valid = new WeakSet<DocumentNode>();
  return {
    find(text) {
      const document = parsed.get(text);
      return document && valid.has(document) ? document : undefined;
    },
    caches: { documentCache: parsed, errorCache: createCache<Error>() },
    plugin: {
      onValidate:
        ({ params }) =>
        ({ valid: isValid }) => {
          if (isValid) valid.add(params.documentAST);
        },
    },
  };
}
