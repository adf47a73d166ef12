import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

/** How much of documents is kept, in characters: a parsed one, with the plans of its operations, takes a hundred times its text. */
const KEPT = 500_000;

/** A cache of what was made of documents, bounded by their length. */
const cache = <Made extends object>() =>
  new LRUCache<string, Made>({ maxSize: KEPT, sizeCalculation: (_made, document) => document.length + 1 });

/** What was parsed and validated lately. It is the same for every caller. */
export interface DocumentCache {
  /** A document that was found valid; undefined for any other, which has to be judged first. */
  find(text: string): DocumentNode | undefined;
  /** Where Yoga keeps what it has parsed. */
  readonly caches: { documentCache: LRUCache<string, DocumentNode>; errorCache: LRUCache<string, Error> };
  /** Hears which documents are valid. */
  readonly plugin: Plugin;
}

export function createDocumentCache(): DocumentCache {
  const parsed = cache<DocumentNode>();
  const valid = new WeakSet<DocumentNode>();
  return {
    find(text) {
      const document = parsed.get(text);
      return document && valid.has(document) ? document : undefined;
    },
    caches: { documentCache: parsed, errorCache: cache<Error>() },
    plugin: {
      onValidate:
        ({ params }) =>
        ({ valid: isValid }) => {
          if (isValid) valid.add(params.documentAST);
        },
    },
  };
}
