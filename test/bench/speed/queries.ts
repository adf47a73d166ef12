/** Queries sent to the servers under test, by name. */
export const QUERIES = {
  Q1: '{ models { nodes { id displayName } } }',
  Q2: '{ models { nodes { id displayName trainings { nodes { id status } } } } }',
  Q3: '{ predictions { nodes { id prompt models { scale model { id displayName } } } } }',
  Q4: '{ __typename }',
} as const;

export type QueryName = keyof typeof QUERIES;

export const QUERY_NAMES = Object.keys(QUERIES) as QueryName[];

/** Upstream requests of each query when none is sent twice. */
export const READS: Readonly<Record<QueryName, number>> = { Q1: 1, Q2: 21, Q3: 4, Q4: 0 };

/** Request without its key. */
export interface BenchRequest {
  method: 'GET' | 'POST';
  path: string;
  /** Empty for a GET. */
  body: string;
}

/** Request of a query to a GraphQL server. */
export const graphqlRequest = (name: QueryName): BenchRequest => ({
  method: 'POST',
  path: '/graphql',
  body: JSON.stringify({ query: QUERIES[name] }),
});

/** Request of a query to a server without GraphQL: a path. */
export const pathRequest = (name: QueryName): BenchRequest => ({
  method: 'GET',
  path: `/${name.toLowerCase()}`,
  body: '',
});

/** API key of consecutive requests: the same, the next of {@link ROTATING_KEYS}, or one that was never sent before. */
export const KEYS = ['one', 'rotating', 'new'] as const;

export type Keys = (typeof KEYS)[number];

/** Number of API keys in use at the same time. */
export const ROTATING_KEYS = 100;

/** API key of a request; its digits are replaced by the number of the key. */
export const KEY = 'bench-0000000000';

/** Text of the request, with {@link KEY}, for a keep-alive connection. */
export const requestText = ({ method, path, body }: BenchRequest, host: string): string =>
  [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    `x-api-key: ${KEY}`,
    ...(body ? ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`] : []),
    'accept: application/json',
    '',
    body,
  ].join('\r\n');
