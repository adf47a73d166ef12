import { MAX_QUOTE_LENGTH } from '../util/shorten.ts';
import { type AutomaticDocuments, createAutomaticDocuments } from './automatic.ts';
import { type DocumentError, type DocumentRequest, NOT_FOUND, NOT_SUPPORTED, readDocumentRequest } from './request.ts';
import type { SharedDocuments } from './shared-documents.ts';

export interface PersistedDocumentsOptions {
  /** True to enable automatic persisted queries: clients register a document, then send only its hash. */
  automatic: boolean;
  /** The only documents that may be executed, by their ids. Undefined: every document may be executed. */
  manifest: ReadonlyMap<string, string> | undefined;
  /** True if a document is known to be valid. */
  isValid: (text: string) => boolean;
  /** The registered documents of all replicas. @default only those of this one */
  shared?: SharedDocuments | undefined;
}

/** Persisted documents, shared by all callers: a document is not confidential. */
export interface PersistedDocuments {
  /**
   * Returns the document of a request, or an error; undefined if the request contains neither a document nor an id. Does not
   * find documents that only another replica knows.
   */
  find(request: Readonly<Record<string, unknown>>): FoundDocument;
  /** Like {@link find}, but finds the documents of all replicas. Synchronous if this one finds the document, or is alone. */
  findAnywhere(request: Readonly<Record<string, unknown>>): FoundDocument | Promise<FoundDocument>;
  /** Completes the registration of a document that has passed validation. */
  markValid(text: string): void;
}

export type FoundDocument = string | DocumentError | undefined;

export function createPersistedDocuments(options: PersistedDocumentsOptions): PersistedDocuments {
  const { automatic, manifest, isValid, shared } = options;
  const registered = automatic && !manifest ? createAutomaticDocuments({ isValid, shared }) : undefined;

  const find: PersistedDocuments['find'] = (request) => {
    const requested = readDocumentRequest(request);
    if ('code' in requested) return requested;
    return manifest ? findInManifest(manifest, requested) : findRegistered(registered, requested);
  };

  return {
    find,
    findAnywhere(request) {
      const found = find(request);
      if (found !== NOT_FOUND || !registered) return found;
      const requested = readDocumentRequest(request);
      return 'id' in requested && requested.id !== undefined ? registered.findAtOthers(requested.id) : found;
    },
    markValid: (text) => registered?.markValid(text),
  };
}

/**
 * Finds a document by its id. Ignores a document sent with the id: some clients always send it, formatted differently.
 */
function findInManifest(manifest: ReadonlyMap<string, string>, { id }: DocumentRequest): string | DocumentError {
  if (id === undefined) {
    return {
      code: 'PERSISTED_QUERY_REQUIRED',
      message:
        'This gateway executes only the documents of its manifest. Send the id of a document as `documentId`, or as `extensions.persistedQuery.sha256Hash`.',
      status: 400,
    };
  }
  return (
    manifest.get(id) ?? {
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: `The id must be in the manifest of this gateway, but "${id.slice(0, MAX_QUOTE_LENGTH)}" is not. Deploy the manifest of a client before the client itself.`,
      status: 404,
    }
  );
}

function findRegistered(
  registered: AutomaticDocuments | undefined,
  { text, id, isHash }: DocumentRequest,
): string | DocumentError | undefined {
  if (id === undefined) return text;
  if (isHash) return registered ? registered.find(id, text) : (text ?? NOT_SUPPORTED);
  return (
    text ?? {
      code: 'PERSISTED_QUERY_NOT_SUPPORTED',
      message:
        'This gateway has no manifest, so it cannot find a document by its id. Send the document as `query`, or configure PERSISTED_QUERIES_MANIFEST.',
      status: 400,
    }
  );
}
