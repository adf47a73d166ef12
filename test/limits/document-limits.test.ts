import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { examples, lookup } from '../../src/graphiql/examples.ts';
import { defaultOperationLimits, type OperationLimits, SETTINGS } from '../../src/limits/limits.ts';
import { pages, textsOf } from '../docs/pages.ts';
import { startGateway } from '../support/gateway.ts';
import { documentsIn } from '../support/readme.ts';
import { statusOf, ways } from './send.ts';

type Limit = Exclude<keyof OperationLimits, 'comparisons' | 'cost' | 'reportedErrors' | 'responseBytes'>;

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** Nested fields of a given depth. The id is invalid, so no upstream request is sent. */
function nested(depth: number): string {
  const path = [
    'training(id: "")',
    ...Array.from({ length: depth - 2 }, (_, index) => (index % 2 === 0 ? 'model' : 'latestTraining')),
    '__typename',
  ];
  return `{ ${path.join(' { ')} ${'} '.repeat(depth)}`;
}

/** Valid documents that have the given size in one respect, and are small in all others. */
const documentsOf: Readonly<Record<Limit, readonly [how: string, document: (size: number) => string][]>> = {
  tokens: [
    [
      'in operations',
      (size) =>
        `query Q0 { __typename${' __typename'.repeat(size % 5)} } ${times(Math.floor(size / 5) - 1, (index) => `query Q${index + 1} { __typename }`)}`,
    ],
  ],
  depth: [
    ['alone', nested],
    ['in inline fragments', (depth) => nested(depth).replaceAll('__typename', '... { __typename }')],
    [
      'in a fragment',
      (depth) =>
        `{ training(id: "") { ...T } } fragment T on Training ${nested(depth).replace('{ training(id: "") {', '{').replace(/\} $/, '')}`,
    ],
  ],
  aliases: [
    ['of __typename', (count) => `{ node(id: "") { ${times(count, (index) => `a${index}: __typename`)} } }`],
    [
      'in a fragment that is spread',
      (count) =>
        `{ node(id: "") { ...A } again: node(id: "") { ...A } } fragment A on Node { ${times((count - 1) / 2, (index) => `a${index}: __typename`)} }`,
    ],
  ],
  directives: [
    ['on fields', (count) => `{ node(id: "") { ${times(count, () => '__typename @include(if: true)')} } }`],
    [
      'on everything',
      (count) =>
        `{ ...F @skip(if: false) ... @skip(if: false) { __typename } node(id: "") { ${times(count - 2, () => 'id @include(if: true)')} } } fragment F on Query { __typename }`,
    ],
  ],
  rootFields: [
    ['alone', (count) => `{ ${'__typename '.repeat(count)} }`],
    ['in a fragment', (count) => `{ __typename ...F } fragment F on Query { ${'__typename '.repeat(count - 1)} }`],
  ],
  operations: [['alone', (count) => times(count, (index) => `query Q${index} { __typename }`)]],
  nameLength: [
    ['of an operation', (length) => `query ${'Q'.repeat(length)} { __typename }`],
    ['of an alias', (length) => `{ ${'a'.repeat(length)}: __typename }`],
    [
      'of a variable',
      (length) => `query ($${'v'.repeat(length)}: ID = "") { node(id: $${'v'.repeat(length)}) { id } }`,
    ],
    [
      'of a fragment',
      (length) => `{ ...${'F'.repeat(length)} __typename } fragment ${'F'.repeat(length)} on Query { __typename }`,
    ],
  ],
};

const cases = (Object.keys(documentsOf) as Limit[]).flatMap((limit) =>
  documentsOf[limit].map(([how, document]) => ({ limit, how, document, max: defaultOperationLimits[limit] })),
);
/** Limits that are high except for one, so that a document can exceed only that one. */
const only = (limit: Limit): Partial<OperationLimits> => ({
  rootFields: 10_000,
  tokens: 10_000,
  operations: 10_000,
  comparisons: 100_000_000,
  [limit]: defaultOperationLimits[limit],
});
const edge = (how: string, max: number) => (how.includes('spread') ? max - 1 : max);
const isLexical = (limit: Limit) => limit === 'tokens' || limit === 'nameLength';
const operationName = 'Q0';
const named = (limit: Limit, query: string) => ({
  query,
  ...((limit === 'operations' || limit === 'tokens') && { operationName }),
});

describe.each(ways)('over $way', ({ send }) => {
  test.each(cases)('a document at the limit of $limit, $how, is executed', async ({ limit, how, document, max }) => {
    const { errors, data } = await send(startGateway({ limits: only(limit) }), named(limit, document(edge(how, max))));

    expect(errors).toBeUndefined();
    expect(data).toBeTruthy();
  });

  test.each(cases)(
    'a document above the limit of $limit, $how, is rejected with an error that names the limit',
    async ({ limit, document, max }) => {
      const started = startGateway({ limits: only(limit) });
      const query = document(max + 1);
      const { errors, data } = await send(started, named(limit, query));

      expect(data).toBeUndefined();
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining(`${max}`),
          extensions: {
            code: isLexical(limit) ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED',
            retryable: false,
          },
        },
      ]);
      expect(errors?.[0]?.message).toContain(`(${SETTINGS[limit]})`);
      if (limit !== 'tokens') expect(errors?.[0]?.message).toContain(`${max + 1}`);
      // The second response uses the cached document or error.
      expect((await send(started, named(limit, query))).errors).toEqual(errors);
    },
  );

  test.each(cases)(
    'a document above the default limit of $limit, $how, is executed if the limit is raised',
    async ({ limit, document, max }) => {
      const limits = { ...only(limit), [limit]: max + 2 };
      const { errors } = await send(startGateway({ limits }), named(limit, document(max + 1)));

      expect(errors).toBeUndefined();
    },
  );

  test.each([
    ['200,000 fields deep', '{a'.repeat(200_000)],
    ['20,000 brackets', `{ a(b: ${'['.repeat(20_000)}`],
    ['20,000 closed brackets', `{ a(b: ${'['.repeat(20_000)}${']'.repeat(20_000)}) }`],
  ])('a document of %s is rejected, and no unexpected error is logged', async (_, query) => {
    const started = startGateway({ uploads: { operationBytes: 1_000_000 } });

    const { errors } = await send(started, { query });

    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    expect(started.logLines.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });

  test('a document that overflows the stack is rejected, however high the limits are', async () => {
    const limits = { tokens: 1_000_000, depth: 1_000_000 };
    const started = startGateway({ limits, uploads: { operationBytes: 1_000_000 } });

    const { errors } = await send(started, { query: '{a'.repeat(100_000) });

    expect(errors).toMatchObject([{ message: expect.stringContaining('deeply') }]);
  });

  test('the standard introspection query is executed, and a deeper one is rejected', async () => {
    const started = startGateway();
    const deep = `{ __type(name: "Model") { ${'ofType { '.repeat(20)} name ${'} '.repeat(20)} } }`;

    expect((await send(started, { query: getIntrospectionQuery() })).data).toHaveProperty('__schema');
    expect((await send(started, { query: deep })).errors).toMatchObject([
      { message: expect.stringContaining('Introspection may be 20 fields deep, but this one is 22') },
    ]);
  });

  test('a document with several operations requires the name of one of them', async () => {
    const query = 'query A { __typename } query B { __typename }';
    const started = startGateway();

    expect((await send(started, { query, operationName: 'B' })).errors).toBeUndefined();
    for (const operation of [{ query }, { query, operationName: 'C' }]) {
      expect((await send(started, operation)).errors).toMatchObject([
        {
          message: expect.stringContaining('The document contains "A", "B".'),
          extensions: { code: 'BAD_USER_INPUT', retryable: false },
        },
      ]);
    }
  });

  test('invalid variables are rejected with BAD_USER_INPUT', async () => {
    const query = 'query ($first: Int!) { models(first: $first) { nodes { id } } }';
    const started = startGateway();

    for (const variables of [{ first: 'many' }, {}]) {
      expect((await send(started, { query, variables })).errors).toMatchObject([
        { message: expect.stringContaining('$first'), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
    expect(started.takeRequests()).toEqual([]);
  });

  test('invalid variables of a subscription are rejected with BAD_USER_INPUT', async () => {
    const query = 'subscription ($ids: [ID!]!) { jobsUpdated(ids: $ids) { id } }';

    if (send === ways[1]?.send) {
      expect((await send(startGateway(), { query, variables: { ids: [{}] } })).errors).toMatchObject([
        { message: expect.stringContaining('$ids'), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });

  test.each([
    ['{ models(first: 101) { nodes { id } } }', '`first` must be from 1 to 100, but is 101'],
    ['{ models(first: -3) { nodes { id } } }', '`first` must be from 1 to 100, but is -3'],
    ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', 'at most 100 ids, not 101'],
  ])('more than 100 items are rejected with an explanation: %s', async (query, expected) => {
    const started = startGateway();
    const ids = Array.from({ length: 101 }, (_, index) => String(index));

    const { errors } = await send(started, { query, variables: { ids } });

    expect(errors).toMatchObject([
      { message: expect.stringContaining(expected), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(started.takeRequests()).toEqual([]);
  });
});

test('more than 100 jobs on one stream are rejected with an explanation', async () => {
  const query = 'subscription ($ids: [ID!]!) { jobsUpdated(ids: $ids) { id } }';
  const ids = Array.from({ length: 101 }, (_, index) => String(index));

  const { errors } = (await ways[1]?.send(startGateway(), { query, variables: { ids } })) ?? {};

  expect(errors).toMatchObject([{ message: expect.stringContaining('100'), extensions: { code: 'BAD_USER_INPUT' } }]);
});

test.each(['application/json', 'application/graphql-response+json', '*/*', 'text/event-stream'])(
  'a response to a document above a limit has status 400 if the client accepts %s',
  async (accept) => {
    const started = startGateway();
    const documents = cases.map(({ document, max }) => document(max + 1));

    for (const query of documents) expect(await statusOf(started, { query }, accept)).toBe(400);
  },
);

describe('nested fragments', () => {
  /** A document of 2n fields that spreads to 2^n. */
  const exponential = (lines: number, body: (next: string) => string) =>
    `{ node(id: "") { ...F0 } } ${times(lines, (index) => `fragment F${index} on Node { ${index === lines - 1 ? 'a: id' : body(`...F${index + 1}`)} }`)}`;

  test('fragments count once for each spread, and are counted in linear time', async () => {
    const started = startGateway({ limits: { aliases: 1_000 } });

    const { errors } =
      (await ways[0]?.send(started, { query: exponential(100, (next) => `${next} ... { ${next} }`) })) ?? {};

    expect(errors).toMatchObject([{ message: expect.stringContaining('but this one has 1000000') }]);
  });

  test('fragments that form a cycle are rejected by validation', async () => {
    const query = '{ node(id: "") { ...A } } fragment A on Node { ...B } fragment B on Node { ...A }';

    const { errors } = (await ways[0]?.send(startGateway(), { query })) ?? {};

    expect(errors).toMatchObject([{ message: expect.stringContaining('Cannot spread fragment "A" within itself') }]);
  });
});

test.each([
  ['an unexpected token', '{ a } }'],
  ['an invalid character', '{ a ? }'],
  ['an unterminated string', '{ a(b: "'],
])('a syntax error before the limit of tokens is reported as such: %s', async (_, start) => {
  const started = startGateway({ limits: { tokens: 10 } });

  const { errors } = await started.query(`${start} ${'{ a } '.repeat(10)}`);

  expect(errors).toMatchObject([
    { message: expect.stringContaining('Syntax Error'), extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
  ]);
});

test('a document may have as many lines as tokens, with any line terminator', async () => {
  const started = startGateway({ limits: { tokens: 100 } });

  for (const end of ['\n', '\r', '\r\n', '# comment\n']) {
    expect((await ways[0]?.send(started, { query: `${end.repeat(99)}{ __typename }` }))?.errors).toBeUndefined();
    expect((await ways[0]?.send(started, { query: `${end.repeat(100)}{ __typename }` }))?.errors).toMatchObject([
      {
        message: expect.stringContaining('as many lines as tokens, 100 (MAX_QUERY_TOKENS)'),
        extensions: { code: 'GRAPHQL_PARSE_FAILED' },
      },
    ]);
  }
});

test('every document on the pages of docs/ and every GraphiQL example is within the limits', async () => {
  const started = startGateway({ sandbox: { seed: true } });
  const inDocuments = pages.flatMap((page) => [
    ...textsOf(page, 'graphql'),
    ...textsOf(page, 'bash').flatMap(documentsIn),
  ]);

  for (const query of [...inDocuments, lookup, ...examples.map((example) => example.query)]) {
    const { parse, validate } = started.gateway.documents;
    expect(validate(parse(query))).toEqual([]);
  }
});
