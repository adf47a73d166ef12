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

/** Fails after so many turns of the queue of microtasks. */
const rejectAfter = (turns: number, message: string) => async () => {
  for (let turn = 0; turn < turns; turn++) await undefined;
  throw new GraphQLError(message);
};

const messagesOf = ({ errors = [] }: ExecutionResult) => errors.map(({ message }) => message);

const omitted = (count: number) => expect.stringContaining(`but ${count} more occurred`);

test('a kept transient error gives way to another one of its position when no more errors are kept', async () => {
  const items = [
    { first: rejectAfter(1, 'transient'), second: rejectAfter(9, 'mistake') },
    { first: rejectAfter(20, 'omitted'), second: 'text' },
  ];

  const response = await respondTo(
    '{ items { first second } waiting: items { first second } }',
    { items: () => items },
    limitsOf(1),
  );

  expect(response.data).toEqual({ items: [null, null], waiting: [null, null] });
  expect(messagesOf(response)).toEqual(['mistake', omitted(3)]);
  expect(response.errors?.[0]?.path).toEqual(['items', 0, 'second']);
});

test('a position whose error is omitted is null, counts once, and nothing is resolved below it', async () => {
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

test('transient errors that are kept come last, before the number of omitted ones', async () => {
  const items = [rejectAfter(1, 'transient'), rejectAfter(2, 'mistake'), rejectAfter(3, 'transient')];

  const response = await respondTo('{ items { first } }', { items: items.map((fail) => fail()) }, limitsOf(2));

  expect(messagesOf(response)).toEqual(['mistake', 'transient', omitted(1)]);
});

test.each<[when: string, turns: number]>([
  ['while transient errors fill the response', 2],
  ['after all of them', 9],
])('a mistake that is found %s is reported in the place of a transient error', async (_, turns) => {
  const items = [
    ...Array.from({ length: 5 }, (_each, index) => ({ first: rejectAfter(1 + index, 'transient') })),
    { first: rejectAfter(turns, 'mistake') },
    { first: rejectAfter(turns, 'another mistake') },
  ];

  const response = await respondTo('{ items { first } }', { items }, limitsOf(3));

  expect(response.data).toEqual({ items: Array(7).fill(null) });
  expect(messagesOf(response)).toEqual(['mistake', 'another mistake', 'transient', omitted(4)]);
  expect(response.errors?.map(({ path }) => path?.[1])).toEqual([5, 6, 0, undefined]);
});

test('a mistake is reported in a position whose transient error was omitted', async () => {
  const items = [
    { first: rejectAfter(1, 'transient'), second: 'text' },
    { first: rejectAfter(2, 'transient'), second: rejectAfter(9, 'mistake') },
  ];
  // Nothing waits for a position that is null already.
  const required = async () => {
    await rejectAfter(20, '')().catch(() => {});
    return 'text';
  };

  const response = await respondTo('{ items { first second } required }', { items, required }, limitsOf(1));

  expect(response.data).toEqual({ items: [null, null], required: 'text' });
  expect(messagesOf(response)).toEqual(['mistake', omitted(1)]);
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
