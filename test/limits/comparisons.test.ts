import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { countComparisons } from '../../src/limits/comparisons.ts';
import { startGateway } from '../support/gateway.ts';
import { ways } from './send.ts';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const counted = (query: string, most = 1_000_000) => countComparisons(parse(query), most);

describe('countComparisons', () => {
  test.each<[what: string, query: string, count: number]>([
    ['distinct fields', '{ a b c }', 0],
    ['a field that is selected ten times', `{ ${'id '.repeat(10)} }`, 45],
    ['one alias of two fields', '{ a: b a: c }', 1],
    ['inline fragments', '{ ... { id } ... on Query { id } id }', 3],
    ['fields at distinct response positions', '{ a { id } b { id } }', 0],
    ['fields at a merged response position', '{ a { id } a { id } }', 2],
    ['fields at merged positions within merged positions', '{ a { b { id id } } a { b { id } } }', 1 + 1 + 3],
    ['fragments spread in the same selection', '{ ...A ...B } fragment A on Query { a } fragment B on Query { b }', 1],
    ['fragments and fields', '{ ...A ...B a } fragment A on Query { a } fragment B on Query { a }', 1 + 3],
    ['a fragment spread twice in the same selection', '{ ...A ...A } fragment A on Query { a }', 0],
    ['a fragment spread in two selections', '{ a { ...A } b { ...A } } fragment A on Query { a { c c } }', 1],
    ['a chain of fragments', '{ ...A } fragment A on Query { a ...B } fragment B on Query { a }', 1 + 1],
    ['unused fragments', '{ a } fragment A on Query { a a }', 1],
    ['a fragment that spreads itself', '{ ...A } fragment A on Query { a { ...A } }', 0],
    ['an unknown fragment', '{ ...A a }', 0],
  ])('the comparisons of %s are counted', (_, query, count) => {
    expect(counted(query)).toBe(count);
  });

  test('counting stops above the limit for positions that merge recursively', () => {
    expect(counted('{ ...A } fragment A on Query { a { ...A } a { ...A } }', 1_000)).toBeGreaterThan(1_000);
  });

  test('fragments that double with each line are counted in linear time', () => {
    const lines = times(60, (index) => `fragment F${index} on Query { a { ...F${index + 1} } b { ...F${index + 1} } }`);

    expect(counted(`{ ...F0 } ${lines} fragment F60 on Query { a }`)).toBe(0);
  });
});

/** Documents of up to 2,000 tokens whose validation is slow, by the element that they repeat. */
const expensive: readonly [what: string, query: string][] = [
  ['one field', `{ node(id: "") { ${'id '.repeat(1_900)} } }`],
  ['two fields', `{ model(id: "") { ${'id displayName '.repeat(900)} } }`],
  ['inline fragments', `{ node(id: "") { ${'... { id } '.repeat(480)} } }`],
  ['equal arguments', `{ model(id: "") { ${'trainings(first: 1) { __typename } '.repeat(190)} } }`],
  [
    'different arguments',
    `{ model(id: "") { ${times(190, (index) => `trainings(first: ${index}) { __typename }`)} } }`,
  ],
  ['unknown arguments', `{ model(id: "") { ${times(300, (index) => `trainings(firs${index}: 1)`)} } }`],
  ['merged places', `{ model(id: "") { ${`trainings { nodes { ${'model { id } '.repeat(17)} } } `.repeat(17)} } }`],
  [
    'fragments',
    `{ node(id: "") { ${times(150, (index) => `...F${index}`)} } } ${times(150, (index) => `fragment F${index} on Node { id }`)}`,
  ],
  [
    'fragments without a common field',
    `{ node(id: "") { ${times(150, (index) => `...F${index}`)} } } ${times(150, (index) => `fragment F${index} on Node { f${index} }`)}`,
  ],
  [
    'a chain of fragments',
    `{ node(id: "") { ...F0 } } ${times(190, (index) => `fragment F${index} on Node { id ...F${index + 1} }`)}`,
  ],
  [
    'conflicts',
    `{ model(id: "") { ${times(180, (index) => `... { ${index % 2 ? 'id' : 'displayName'} } ... { id }`)} } }`,
  ],
];

describe.each(ways)('over $way', ({ send }) => {
  test.each(expensive)('a document that repeats %s is rejected before its fields are compared', async (_, query) => {
    const { errors, data } = await send(startGateway({ limits: { aliases: 10_000 } }), { query });

    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('5000 pairs of fields with the same response name'),
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false },
      },
    ]);
    expect(errors?.[0]?.message).toContain('(MAX_QUERY_COMPARISONS)');
  });

  test('a document that selects a field a hundred times is executed', async () => {
    const { errors } = await send(startGateway(), { query: `{ node(id: "") { ${'id '.repeat(100)} } }` });

    expect(errors).toBeUndefined();
  });

  test('the error explains why graphql-js stopped validation', async () => {
    const started = startGateway({ limits: { comparisons: 1_000_000_000, tokens: 10_000 } });

    const { errors } = await send(started, { query: `{ model(id: "") { ${'id displayName '.repeat(1_900)} } }` });

    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('Validation was stopped'),
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
    expect(errors?.[0]?.message).toContain('MAX_QUERY_COMPARISONS');
  });
});

test('the validation result of a rejected document is cached', async () => {
  const { gateway } = startGateway();
  const query = `{ node(id: "") { ${'id '.repeat(1_000)} } }`;

  const first = gateway.documents.validate(gateway.documents.parse(query));

  expect(first).toHaveLength(1);
  expect(gateway.documents.validate(gateway.documents.parse(query))).toBe(first);
});
