import { buildSchema, type ExecutionResult, GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import { type Arguments, execute } from '../../src/executor/execute.ts';
import { createResponseLimits } from '../../src/limits/response-limits.ts';

const schema = buildSchema(`
  type Query { items: [Item] required: String! }
  type Mutation { text: String }
  type Item { first: String! second: String! }
`);

const respondTo = async (
  query: string,
  rootValue: unknown,
  limits: Partial<Arguments> = {},
): Promise<ExecutionResult> => execute({ schema, document: parse(query), rootValue, ...limits });

const limitsOf = (reportedErrors: number, responseBytes = 1_000) => ({
  limits: createResponseLimits({ reportedErrors, responseBytes }),
  isTransient: ({ message }: GraphQLError) => message === 'transient',
});

/** Rejects after a number of microtasks. */
const rejectAfter = (microtasks: number, message: string) => async () => {
  for (let count = 0; count < microtasks; count++) await undefined;
  throw new GraphQLError(message);
};

const messagesOf = ({ errors = [] }: ExecutionResult) => errors.map(({ message }) => message);

const omitted = (count: number) => expect.stringContaining(`but ${count} more occurred`);

test('at the limit, a kept transient error is replaced by a permanent error of the same position', async () => {
  const items = [
    { first: rejectAfter(1, 'transient'), second: rejectAfter(9, 'permanent') },
    { first: rejectAfter(20, 'omitted'), second: 'text' },
  ];

  const response = await respondTo(
    '{ items { first second } waiting: items { first second } }',
    { items: () => items },
    limitsOf(1),
  );

  expect(response.data).toEqual({ items: [null, null], waiting: [null, null] });
  expect(messagesOf(response)).toEqual(['permanent', omitted(3)]);
  expect(response.errors?.[0]?.path).toEqual(['items', 0, 'second']);
});

test('a position with an omitted error is null, is counted once, and no resolver runs below it', async () => {
  let resolved = 0;
  const late = () => {
    resolved++;
    return 'late';
  };
  const items = Array.from({ length: 4 }, () => ({ first: rejectAfter(1, 'a'), second: rejectAfter(2, 'b') }));
  const itemsLater = async () => {
    await rejectAfter(5, '')().catch(() => {});
    return [{ first: late, second: late }];
  };

  const response = await respondTo(
    '{ items { first second } later: items { first } required }',
    {
      items: (_: unknown, __: unknown, { key }: { key: string }) => (key === 'items' ? items : itemsLater()),
      required: rejectAfter(3, 'c'),
    },
    limitsOf(2),
  );

  expect(response.data).toBeNull();
  expect(messagesOf(response)).toEqual(['a', 'a', omitted(3)]);
  expect(resolved).toBe(0);
});

test('kept transient errors are listed last, before the number of omitted errors', async () => {
  const items = [rejectAfter(1, 'transient'), rejectAfter(2, 'permanent'), rejectAfter(3, 'transient')];

  const response = await respondTo('{ items { first } }', { items: items.map((fail) => fail()) }, limitsOf(2));

  expect(messagesOf(response)).toEqual(['permanent', 'transient', omitted(1)]);
});

test.each<[when: string, microtasks: number]>([
  ['while transient errors reach the limit', 2],
  ['after all transient errors', 9],
])('a permanent error that occurs %s replaces a transient error', async (_, microtasks) => {
  const items = [
    ...Array.from({ length: 5 }, (_each, index) => ({ first: rejectAfter(1 + index, 'transient') })),
    { first: rejectAfter(microtasks, 'permanent') },
    { first: rejectAfter(microtasks, 'another permanent') },
  ];

  const response = await respondTo('{ items { first } }', { items }, limitsOf(3));

  expect(response.data).toEqual({ items: Array(7).fill(null) });
  expect(messagesOf(response)).toEqual(['permanent', 'another permanent', 'transient', omitted(4)]);
  expect(response.errors?.map(({ path }) => path?.[1])).toEqual([5, 6, 0, undefined]);
});

test('a permanent error is reported at a position whose transient error was omitted', async () => {
  const items = [
    { first: rejectAfter(1, 'transient'), second: 'text' },
    { first: rejectAfter(2, 'transient'), second: rejectAfter(9, 'permanent') },
  ];
  // Keeps the response pending: a nulled position does not.
  const required = async () => {
    await rejectAfter(20, '')().catch(() => {});
    return 'text';
  };

  const response = await respondTo('{ items { first second } required }', { items, required }, limitsOf(1));

  expect(response.data).toEqual({ items: [null, null], required: 'text' });
  expect(messagesOf(response)).toEqual(['permanent', omitted(1)]);
  expect(response.errors?.[0]?.path).toEqual(['items', 1, 'second']);
});

test('the fields of a mutation count toward the size of the response', async () => {
  const alias = 'a'.repeat(100);
  const query = `mutation { ${alias}: text }`;

  expect(await respondTo(query, {}, limitsOf(1, 150))).toEqual({ data: { [alias]: null } });
  expect(await respondTo(query, {}, limitsOf(1, 50))).toMatchObject({
    data: null,
    errors: [{ extensions: { code: 'RESPONSE_TOO_LARGE' } }],
  });
});
