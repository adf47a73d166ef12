import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { startGateway } from '../support/gateway.ts';
import { ways } from './send.ts';

const production = { isProduction: true, introspection: false, graphiql: false, studio: false };
const REMOTE = { FLAIR_API_URL: 'https://api.example.com' };
const HTML = { headers: { accept: 'text/html,*/*;q=0.8' } };

test.each<[environment: Record<string, string>, expected: typeof production]>([
  [{}, { isProduction: false, introspection: true, graphiql: true, studio: true }],
  [REMOTE, { isProduction: false, introspection: true, graphiql: true, studio: true }],
  [{ NODE_ENV: 'development' }, { isProduction: false, introspection: true, graphiql: true, studio: true }],
  [{ NODE_ENV: 'production', ...REMOTE }, production],
  [
    { NODE_ENV: 'production', ...REMOTE, STUDIO: 'true' },
    { ...production, studio: true },
  ],
  [
    { NODE_ENV: 'production', SANDBOX: 'true' },
    { ...production, studio: true },
  ],
  [{ NODE_ENV: 'production', SANDBOX: 'true', STUDIO: 'false' }, production],
  [
    { NODE_ENV: 'production', SANDBOX: 'true', INTROSPECTION: 'true', GRAPHIQL: 'yes' },
    { isProduction: true, introspection: true, graphiql: true, studio: true },
  ],
  [
    { INTROSPECTION: 'false', GRAPHIQL: '0', STUDIO: 'no' },
    { isProduction: false, introspection: false, graphiql: false, studio: false },
  ],
])('%j configures introspection, GraphiQL and Studio', (environment, expected) => {
  expect(readConfig(environment)).toMatchObject(expected);
});

test('every limit is read from its setting', () => {
  const names = ['TOKENS', 'DEPTH', 'ALIASES', 'DIRECTIVES', 'COST'].map((name) => `MAX_QUERY_${name}`);
  const environment = Object.fromEntries(
    [
      ...names,
      'MAX_ROOT_FIELDS',
      'MAX_OPERATIONS',
      'MAX_NAME_LENGTH',
      'MAX_QUERY_COMPARISONS',
      'MAX_REPORTED_ERRORS',
    ].map((name, index) => [name, String(index + 1)]),
  );

  expect(readConfig({ ...environment, MAX_RESPONSE_BYTES: '1025' }).limits).toEqual({
    tokens: 1,
    depth: 2,
    aliases: 3,
    directives: 4,
    cost: 5,
    rootFields: 6,
    operations: 7,
    nameLength: 8,
    comparisons: 9,
    reportedErrors: 10,
    responseBytes: 1025,
  });
});

describe.each(ways)('over $way', ({ send }) => {
  test.each([getIntrospectionQuery(), '{ __type(name: "Model") { name } }'])(
    'introspection is rejected if it is disabled',
    async (query) => {
      const { errors, data } = await send(startGateway({ config: { introspection: false } }), { query });

      expect(data).toBeUndefined();
      expect(errors).toMatchObject([
        { message: expect.stringContaining('INTROSPECTION'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      ]);
    },
  );

  test('`__typename` is resolved even if introspection is disabled', async () => {
    const { data } = await send(startGateway({ config: production }), { query: '{ __typename }' });

    expect(data).toEqual({ __typename: 'Query' });
  });

  test.each<[what: string, query: string, variables: object]>([
    ['a field', '{ modells { nodes { id } } }', {}],
    ['an argument', '{ model(idd: "") { id } }', {}],
    ['a type', 'query ($a: Strin) { model(id: $a) { id } }', {}],
    [
      'a value of an enumeration',
      'query ($f: ImageFormat) { node(id: "") { ... on DataItem { image { url(format: $f) } } } }',
      { f: 'WEB' },
    ],
    [
      'a field of a variable',
      'mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { __typename } }',
      { input: { idd: '' } },
    ],
  ])('an error suggests a similar name for %s, but not in production', async (_, query, variables) => {
    const open = await send(startGateway(), { query, variables });
    const closed = await send(startGateway({ config: production }), { query, variables });

    expect(JSON.stringify(open.errors)).toContain('Did you mean');
    expect(closed.errors?.length).toBeGreaterThan(0);
    expect(JSON.stringify(closed.errors)).not.toContain('Did you mean');
  });
});

test('GraphiQL is served if it is enabled, otherwise a browser receives a 404 page', async () => {
  const page = await startGateway().fetch('/graphql', HTML);
  const notFound = await startGateway({ config: production }).fetch('/graphql', HTML);
  const data = await startGateway({ config: production }).fetch('/graphql?query={__typename}', HTML);

  expect(await page.text()).toContain('<title>Flair gateway</title>');
  expect(notFound.status).toBe(404);
  expect(await notFound.text()).toContain('GraphiQL is off');
  expect(await data.json()).toEqual({ data: { __typename: 'Query' } });
});
