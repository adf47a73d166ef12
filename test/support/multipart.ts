import type { QueryResult, TestGateway } from './gateway.ts';
import type { TypedDocumentString } from './gql/graphql.ts';

/**
 * Sends an operation with files according to the GraphQL multipart request specification.
 *
 * @param files Files by the path of their variable, for example `variables.input.file`.
 */
export async function upload<Data, Variables>(
  { fetch }: TestGateway,
  document: TypedDocumentString<Data, Variables>,
  variables: object,
  files: Readonly<Record<string, File>>,
): Promise<QueryResult<Data>> {
  const body = new FormData();
  const paths = Object.keys(files);
  body.set('operations', JSON.stringify({ query: document.toString(), variables }));
  body.set('map', JSON.stringify(Object.fromEntries(paths.map((path, index) => [index, [path]]))));
  for (const [index, file] of Object.values(files).entries()) body.set(String(index), file);
  const response = await fetch('/graphql', { method: 'POST', body });
  return await response.json();
}
