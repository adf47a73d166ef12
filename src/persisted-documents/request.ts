import type { ErrorCode } from '../error-codes/error-codes.ts';
import { isRecord } from '../util/json.ts';
import { MAX_QUOTE_LENGTH } from '../util/shorten.ts';

/** The error of a request whose document cannot be found. */
export interface DocumentError {
  readonly code: ErrorCode;
  readonly message: string;
  /** Status of the response over HTTP. */
  readonly status: number;
}

/** The document, or its id, in a request. */
export interface DocumentRequest {
  /** The document itself; undefined if it was omitted, for which some clients send an empty string. */
  readonly text: string | undefined;
  readonly id: string | undefined;
  /** True if the id is a hash of automatic persisted queries. Other ids exist only in a manifest. */
  readonly isHash: boolean;
}

/** Request members with a document id: that of the GraphQL over HTTP specification, and that of Relay's examples. */
export const ID_MEMBERS = ['documentId', 'doc_id'] as const;

/** The only version of `extensions.persistedQuery`. */
const VERSION = 1;

/** Reads the document, or its id, from a request. */
export function readDocumentRequest(request: Readonly<Record<string, unknown>>): DocumentRequest | DocumentError {
  const text = typeof request.query === 'string' && request.query !== '' ? request.query : undefined;
  const persisted = isRecord(request.extensions) ? request.extensions.persistedQuery : undefined;
  if (persisted != null) {
    if (!isRecord(persisted)) return badInput('`extensions.persistedQuery` must be an object with `sha256Hash`.');
    if (persisted.version !== VERSION) return NOT_SUPPORTED;
    const { sha256Hash: id } = persisted;
    return typeof id === 'string'
      ? { text, id, isHash: true }
      : badInput(`\`extensions.persistedQuery.sha256Hash\` must be a string, but is ${describe(id)}.`);
  }
  for (const member of ID_MEMBERS) {
    const id = request[member];
    if (id == null || id === '') continue;
    return typeof id === 'string'
      ? { text, id, isHash: false }
      : badInput(`\`${member}\` must be a string, but is ${describe(id)}.`);
  }
  return { text, id: undefined, isHash: false };
}

export const badInput = (message: string): DocumentError => ({ code: 'BAD_USER_INPUT', message, status: 400 });

/**
 * Clients recognize these errors by their messages or codes, and then send the document itself. Like Apollo Server, the
 * gateway responds with 200, so that no proxy treats them as failures.
 */
export const NOT_FOUND: DocumentError = {
  code: 'PERSISTED_QUERY_NOT_FOUND',
  message: 'PersistedQueryNotFound',
  status: 200,
};
export const NOT_SUPPORTED: DocumentError = {
  code: 'PERSISTED_QUERY_NOT_SUPPORTED',
  message: 'PersistedQueryNotSupported',
  status: 200,
};

/** Quotes a scalar. A list or object is named only, because it may be nested too deeply for `JSON.stringify`. */
function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'an object' : JSON.stringify(value).slice(0, MAX_QUOTE_LENGTH);
}
