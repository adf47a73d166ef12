/** What the servers under test are asked, by name. */
export const QUERIES = {
  Q1: '{ models { nodes { id displayName } } }',
  Q2: '{ models { nodes { id displayName trainings { nodes { id status } } } } }',
  Q3: '{ predictions { nodes { id prompt models { scale model { id displayName } } } } }',
  Q4: '{ __typename }',
} as const;

export type QueryName = keyof typeof QUERIES;

export const QUERY_NAMES = Object.keys(QUERIES) as QueryName[];

/** How many requests to the upstream each takes when none is sent twice. */
export const READS: Readonly<Record<QueryName, number>> = { Q1: 1, Q2: 21, Q3: 4, Q4: 0 };

/** Everything of a request that its sender writes, but its key. */
export interface Question {
  method: 'GET' | 'POST';
  path: string;
  /** Empty for a GET. */
  body: string;
}

/** How a GraphQL server is asked. */
export const graphqlQuestion = (name: QueryName): Question => ({
  method: 'POST',
  path: '/graphql',
  body: JSON.stringify({ query: QUERIES[name] }),
});

/** How a server is asked that has no GraphQL: by path. */
export const pathQuestion = (name: QueryName): Question => ({
  method: 'GET',
  path: `/${name.toLowerCase()}`,
  body: '',
});

/** Which key each of so many connections sends. No two of them are alike, unless all are one. */
export const keysOf = (connections: number, whose: 'own' | 'one'): string[] =>
  Array.from({ length: connections }, (_, index) => (whose === 'one' ? 'bench-one' : `bench-${index}`));

/** The request as it is written to a connection that is kept. */
export const requestText = ({ method, path, body }: Question, host: string, key: string): string =>
  [
    `${method} ${path} HTTP/1.1`,
    `host: ${host}`,
    `x-api-key: ${key}`,
    ...(body ? ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`] : []),
    'accept: application/json',
    '',
    body,
  ].join('\r\n');
