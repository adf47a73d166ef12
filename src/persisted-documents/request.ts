import type { ErrorCode } from '../errors.ts';

/** Why a request gets no document. */
export interface DocumentError {
  readonly code: ErrorCode;
  readonly message: string;
  /** Status of the answer, where it goes over HTTP. */
  readonly status: number;
}

/** What a request says of its document, over whichever transport it came. */
export interface DocumentRequest {
  /** The document itself; undefined when it was left out, which some clients do by an empty text. */
  readonly text: string | undefined;
  /** What stands for the document. */
  readonly id: string | undefined;
  /** Whether it is one of automatic persisted queries, a hash; other ids only a manifest knows. */
  readonly isHash: boolean;
}

/** Members of a request in which clients name a document: that of GraphQL over HTTP, and that of Relay's examples. */
export const ID_MEMBERS = ['documentId', 'doc_id'] as const;

/** The only version there is of `extensions.persistedQuery`. */
const VERSION = 1;

/** Reads what a request says of its document. */
export function readDocumentRequest(request: Readonly<Record<string, unknown>>): DocumentRequest | DocumentError {
  const text = typeof request.query === 'string' && request.query !== '' ? request.query : undefined;
  const persisted = isRecord(request.extensions) ? request.extensions.persistedQuery : undefined;
  if (persisted != null) {
    if (!isRecord(persisted)) return badInput('`extensions.persistedQuery` must be an object with `sha256Hash`.');
    if (persisted.version !== VERSION) return NOT_SUPPORTED;
    const { sha256Hash: id } = persisted;
    return typeof id === 'string'
      ? { text, id, isHash: true }
      : badInput(`\`extensions.persistedQuery.sha256Hash\` must be a text, but is ${nameOf(id)}.`);
  }
  for (const member of ID_MEMBERS) {
    const id = request[member];
    if (id == null || id === '') continue;
    return typeof id === 'string'
      ? { text, id, isHash: false }
      : badInput(`\`${member}\` must be a text, but is ${nameOf(id)}.`);
  }
  return { text, id: undefined, isHash: false };
}

export const badInput = (message: string): DocumentError => ({ code: 'BAD_USER_INPUT', message, status: 400 });

/**
 * Clients know these by their messages as well as by their codes, and then send the document itself. They are no failures,
 * and Apollo Server too answers them with 200, so that nothing on the way takes them for one.
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

const nameOf = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 100));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
