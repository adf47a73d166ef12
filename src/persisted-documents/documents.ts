import { type AutomaticDocuments, createAutomaticDocuments } from './automatic.ts';
import { type DocumentError, type DocumentRequest, NOT_SUPPORTED, readDocumentRequest } from './request.ts';

export interface PersistedDocumentsOptions {
  /** Whether clients may send the hash of a document in its place, once they have sent both. */
  automatic: boolean;
  /** The only documents that are executed, by their ids. Undefined: every document is. */
  manifest: ReadonlyMap<string, string> | undefined;
}

/** The documents that requests ask for. They are the same for every caller: an id tells nothing but its document. */
export interface Documents {
  /** The text of the document that a request asks for, or why there is none; undefined when it asks for none. */
  find(request: Readonly<Record<string, unknown>>): string | DocumentError | undefined;
  /** A document was found valid. */
  confirm(text: string): void;
}

export function createDocuments({ automatic, manifest }: PersistedDocumentsOptions): Documents {
  const known = automatic && !manifest ? createAutomaticDocuments() : undefined;

  return {
    find(request) {
      const requested = readDocumentRequest(request);
      if ('code' in requested) return requested;
      return manifest ? ofManifest(manifest, requested) : ofClient(known, requested);
    },
    confirm: (text) => known?.markValid(text),
  };
}

/** A text that comes with an id is not looked at: some clients send it always, printed in their own way. */
function ofManifest(manifest: ReadonlyMap<string, string>, { id }: DocumentRequest): string | DocumentError {
  if (id === undefined) {
    return {
      code: 'PERSISTED_QUERY_REQUIRED',
      message:
        'This gateway executes only the documents of its manifest. Send the id of one as `documentId`, or as `extensions.persistedQuery.sha256Hash`.',
      status: 400,
    };
  }
  return (
    manifest.get(id) ?? {
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: `The id must be one of the manifest of this gateway, but none of its documents has "${id.slice(0, 100)}". Publish the manifest before the client that it was made with.`,
      status: 404,
    }
  );
}

function ofClient(
  known: AutomaticDocuments | undefined,
  { text, id, isHash }: DocumentRequest,
): string | DocumentError | undefined {
  if (id === undefined) return text;
  if (isHash) return known ? known.find(id, text) : (text ?? NOT_SUPPORTED);
  return (
    text ?? {
      code: 'PERSISTED_QUERY_NOT_SUPPORTED',
      message:
        'This gateway has no manifest, so an id finds no document. Send the document as `query`, or set PERSISTED_QUERIES_MANIFEST.',
      status: 400,
    }
  );
}
