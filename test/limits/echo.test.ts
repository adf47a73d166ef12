import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { type Operation, statusOf, ways } from './send.ts';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const long = 'x'.repeat(60_000);

/** Invalid requests whose errors quote client input. */
const quoting: readonly [what: string, operation: Operation][] = [
  ['the name of an operation', { query: `query ${long} { ${times(20, (index) => `node(id: $v${index}) { id }`)} }` }],
  ['an alias', { query: `{ ${long}: unknown }` }],
  ['a field', { query: `{ ${long} }` }],
  ['an argument', { query: `{ node(${long}: 1) { id } }` }],
  ['a variable', { query: `query ($${long}: ID) { __typename }` }],
  ['a fragment', { query: `{ ...${long} }` }],
  ['a type', { query: `{ ... on ${long} { id } }` }],
  ['a directive', { query: `{ __typename @${long} }` }],
  ['an enum value', { query: `{ node(id: ${long}) { id } }` }],
  ['an input field', { query: `mutation { deleteModel(input: { id: "", ${long}: 1 }) { __typename } }` }],
  ['a string', { query: `{ models(first: "${long}") { nodes { id } } }` }],
  ['a number', { query: `{ models(first: ${'1'.repeat(60_000)}) { nodes { id } } }` }],
  ['a string that is a syntax error', { query: `{ "${long}" }` }],
  ['a name that is a syntax error', { query: `${long} {` }],
  ['operationName', { query: 'query A { __typename }', operationName: long }],
  [
    'the value of a variable',
    { query: 'query ($first: Int!) { models(first: $first) { nodes { id } } }', variables: { first: long } },
  ],
  [
    'many values of a variable',
    {
      query:
        'mutation ($models: [PredictionModelInput!]!) { createPrediction(input: { models: $models, prompt: "" }) { __typename } }',
      variables: { models: Array.from({ length: 2_000 }, () => ({ id: 'a', scale: 'much' })) },
    },
  ],
  [
    'a member of a variable',
    {
      query: 'mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { __typename } }',
      variables: { input: { id: '', [long]: long } },
    },
  ],
];

describe.each(ways)('over $way', ({ send }) => {
  test.each(quoting)('an error that quotes %s is short', async (_, operation) => {
    const { errors = [] } = await send(startGateway(), operation);

    expect(errors.length).toBeGreaterThan(0);
    for (const { message } of errors) expect(message.length).toBeLessThan(1_100);
    expect(JSON.stringify(errors).length).toBeLessThan(20_000);
    for (const { extensions } of errors) expect(extensions.code).toMatch(/^GRAPHQL_|BAD_USER_INPUT/);
  });

  test('the number of reported validation errors is limited', async () => {
    const query = `{ ${times(20, (index) => `unknown${index}`)} }`;

    const { errors } = await send(startGateway({ limits: { reportedErrors: 5 } }), { query });

    expect(errors).toHaveLength(6);
    expect(errors?.at(-1)).toMatchObject({
      message: 'A response reports 5 errors (MAX_REPORTED_ERRORS). Validation stopped there, so there may be more.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  });

  test('the number of reported variable errors is limited', async () => {
    const query =
      'mutation ($models: [PredictionModelInput!]!) { createPrediction(input: { models: $models, prompt: "" }) { __typename } }';
    const variables = { models: Array.from({ length: 100 }, () => ({ id: 'a', scale: 'much' })) };

    const { errors } = await send(startGateway({ limits: { reportedErrors: 5 } }), { query, variables });

    expect(errors).toHaveLength(6);
    expect(errors?.at(-1)).toMatchObject({
      message: expect.stringContaining('A response reports 5 errors (MAX_REPORTED_ERRORS).'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

test('a response with as many errors as the limit does not report that errors were omitted', async () => {
  const query = `{ ${times(5, (index) => `unknown${index}`)} }`;

  const { errors } = (await ways[0]?.send(startGateway({ limits: { reportedErrors: 5 } }), { query })) ?? {};

  expect(errors).toHaveLength(5);
});

test('the response to a document with too long a name has status 400 for every accepted media type', async () => {
  for (const accept of ['application/json', 'application/graphql-response+json', '*/*', 'text/event-stream']) {
    expect(await statusOf(startGateway(), { query: `{ ${long}: __typename }` }, accept)).toBe(400);
  }
});
