/**
 * The text of an operation, with the types of its data and variables.
 *
 * A string at run time, which every client accepts: `fetch`, graphql-request, urql and TanStack Query as it is; Apollo
 * Client after `parseDocument` of `flair-graphql-gateway/apollo`.
 */
export type TypedDocument<Data, Variables> = string & DocumentTypes<Data, Variables>;

/** The phantom property by which clients infer types; that of `@graphql-typed-document-node/core`. */
export interface DocumentTypes<Data, Variables> {
  /** Never set. */
  __apiType?: (variables: Variables) => Data;
}

/**
 * A document that the client accepts: a {@link TypedDocument}, or a document of GraphQL Code Generator with
 * `documentMode: 'string'`, or one of the `gql` tag, which contains its source.
 */
export type DocumentLike<Data, Variables> = DocumentTypes<Data, Variables> &
  (string | { toString(): string } | { readonly loc?: { readonly source: { readonly body: string } } });

/** The text of a document. @throws TypeError for a parsed document without its source. */
export function textOf(document: DocumentLike<unknown, never>): string {
  const { loc } = document as { loc?: { source: { body: string } } };
  const text = loc?.source.body ?? String(document);
  if (text.startsWith('[object')) {
    throw new TypeError('Expected the text of an operation. Pass a parsed document to print() of graphql.');
  }
  return text;
}
