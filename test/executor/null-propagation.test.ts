import { buildSchema, type ExecutionResult, GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import { type Arguments, execute } from '../../src/executor/execute.ts';
import { settle } from '../support/clock.ts';
import { watchRejections } from './properties.ts';

const schema = buildSchema(`
  type Query { required: String! other: String! optional: String parent: Parent parents: [Parent] requiredParents: [Parent!] pet: Pet }
  type Mutation { required: String! parent: Parent other: String! }
  type Parent { required: String! other: String! optional: String child: Parent requiredChild: Parent! }
  interface Pet { name: String! owner: Parent }
  type Dog implements Pet { name: String! owner: Parent }
`);

const never = () => new Promise<never>(() => {});
const rejectWith = async (message: string, extensions = {}): Promise<never> => {
  throw new GraphQLError(message, { extensions });
};
const rejected = () => rejectWith('failed');
const throwWith = (message: string) => {
  throw new Error(message);
};
const throwing = () => throwWith('failed');

/** Returns the response. @throws Error if it is still pending after all microtasks. */
async function responseTo(query: string, rootValue: unknown, more: Partial<Arguments> = {}): Promise<ExecutionResult> {
  const response = Promise.resolve(execute({ schema, document: parse(query), rootValue, ...more }));
  const waiting = settle().then((): ExecutionResult => {
    throw new Error('The response is still pending.');
  });
  return await Promise.race([response, waiting]);
}

const messagesOf = ({ errors }: ExecutionResult) => errors?.map(({ message }) => message);

/** A promise with its resolvers. */
function deferred() {
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise((...settlers) => {
    [resolve, reject] = settlers;
  });
  return { promise, resolve, reject };
}

test.each([
  ['throws', '{ optional required }', { optional: never, required: throwing }],
  ['throws before its sibling starts', '{ required optional }', { optional: never, required: throwing }],
  ['rejects', '{ optional required other }', { optional: never, required: rejected, other: never }],
  ['is null', '{ optional required }', { optional: never, required: null }],
  ['resolves to null', '{ optional required }', { optional: never, required: async () => null }],
  ['cannot be serialized', '{ optional required }', { optional: never, required: async () => ({}) }],
])('a null response does not wait for other fields: a non-null field %s', async (_, query, rootValue) => {
  const { data, errors } = await responseTo(query, rootValue);

  expect(data).toBeNull();
  expect(errors).toEqual([expect.objectContaining({ path: ['required'] })]);
});

test.each([
  ['an object', '{ parent { other required } }', { parent: { required: rejected, other: never } }, { parent: null }],
  [
    'an object with non-null children',
    '{ parent { optional requiredChild { other requiredChild { required } } } }',
    { parent: { optional: never, requiredChild: { other: never, requiredChild: { required: rejected } } } },
    { parent: null },
  ],
  [
    'an item of a list',
    '{ parents { required other } }',
    {
      parents: [
        { required: rejected, other: never },
        { required: 'a', other: 'b' },
      ],
    },
    { parents: [null, { required: 'a', other: 'b' }] },
  ],
  [
    'a list of non-null items',
    '{ requiredParents { required other } }',
    { requiredParents: [{ required: rejected, other: never }, never()] },
    { requiredParents: null },
  ],
  [
    'an object whose type is resolved asynchronously',
    '{ pet { name owner { required } } }',
    { pet: async () => ({ __typename: 'Dog', name: rejected, owner: never }) },
    { pet: null },
  ],
])('a response does not wait for values below a nulled position: %s', async (_, query, rootValue, data) => {
  const response = await responseTo(query, rootValue);

  expect(response).toMatchObject({ data, errors: [{ message: 'failed' }] });
});

test('a response waits for all values outside a nulled object', async () => {
  const { promise, resolve } = deferred();
  const rootValue = { parent: { required: rejected, other: never }, optional: () => promise };
  const response = execute({ schema, document: parse('{ parent { required other } optional }'), rootValue });
  await settle();
  resolve('came');

  expect(await response).toMatchObject({ data: { parent: null, optional: 'came' } });
});

test.each([
  ['the response', '{ other parent { child { optional } } required }'],
  ['an object', '{ parent { other child { optional } requiredChild { required } } }'],
])('no resolver runs below %s once it is null, and a returned response never changes', async (_, query) => {
  const takeRejections = watchRejections();
  const [failure, object] = [deferred(), deferred()];
  const calls: string[] = [];
  const late = {
    optional: () => {
      calls.push('optional');
      return 'late';
    },
  };
  const rootValue = {
    other: () => failure.promise,
    required: rejected,
    parent: {
      other: () => failure.promise,
      child: () => object.promise,
      requiredChild: { required: rejected },
    },
  };
  const response = await execute({ schema, document: parse(query), rootValue });
  const given = JSON.stringify(response);

  object.resolve(late);
  failure.reject(new GraphQLError('late'));
  await settle();

  expect(calls).toEqual([]);
  expect(JSON.stringify(response)).toBe(given);
  expect(takeRejections()).toEqual([]);
});

test('rejected promises below a null object are handled, in lists too', async () => {
  const takeRejections = watchRejections();
  const late = deferred();
  const parents = buildSchema(
    'type Query { parent: Parent other: String } type Parent { lists: [[String]] required: Int! }',
  );
  const rootValue = {
    parent: { lists: () => late.promise, required: rejected },
    other: () => settle(1).then(() => 'other'),
  };
  const document = parse('{ parent { lists required } other }');
  const response = await execute({ schema: parents, document, rootValue });
  late.resolve([rejected(), [rejected(), Promise.resolve([rejected()])]]);
  await settle();

  expect(response.data).toEqual({ parent: null, other: 'other' });
  expect(takeRejections()).toEqual([]);
});

test('root fields of a mutation do not start once the response is null', async () => {
  const started: string[] = [];
  const rootValue = {
    parent: () => ({ required: 'a', optional: never, child: { required: rejected, optional: never } }),
    required: () => {
      started.push('required');
      return null;
    },
    other: () => {
      started.push('other');
      return 'b';
    },
  };
  const query = 'mutation { parent { child { required optional } } required other }';

  expect(await responseTo(query, rootValue)).toMatchObject({ data: null, errors: [{}, { path: ['required'] }] });
  expect(started).toEqual(['required']);
});

test.each([
  ['a thrown error hides a later rejection', '{ other required }', { required: () => throwWith('first') }],
  ['a rejection hides a later rejection', '{ required other }', { required: () => rejectWith('first') }],
])('the first of several errors that set the response to null is reported: %s', async (_, query, root) => {
  const rootValue = { other: async () => settle(1).then(() => throwWith('second')), ...root };

  expect(messagesOf(await responseTo(query, rootValue))).toEqual(['first']);
});

const isTransient = ({ extensions }: GraphQLError) => extensions.retryable === true;
const transient = () => rejectWith('transient', { retryable: true });
const permanent = () => rejectWith('permanent');

test.each([
  ['the response', '{ required other }', { required: transient, other: permanent }],
  ['the response', '{ other required }', { required: transient, other: permanent }],
  ['an object', '{ parent { required other } optional }', { parent: { required: transient, other: permanent } }],
  ['an object', '{ parent { required other } optional }', { parent: { required: permanent, other: transient } }],
])('if several errors set %s to null, a permanent one is reported: %s', async (_, query, root) => {
  const rootValue = { ...root, optional: async () => settle(1).then(() => 'later') };

  expect(messagesOf(await responseTo(query, rootValue, { isTransient }))).toEqual(['permanent']);
});

test('an error below a null object does not replace the error of the object', async () => {
  const parent = { required: transient, child: { optional: permanent } };
  const rootValue = { parent, optional: async () => settle(1).then(() => 'later') };
  const query = '{ parent { required child { optional } } optional }';

  expect(messagesOf(await responseTo(query, rootValue, { isTransient }))).toEqual(['transient']);
});

test('permanent errors are reported before transient ones, each in order of occurrence', async () => {
  const rootValue = {
    parents: [transient(), permanent(), rejectWith('transient too', { retryable: true }), rejectWith('permanent too')],
  };
  const response = await responseTo('{ parents { optional } }', rootValue, { isTransient });

  expect(messagesOf(response)).toEqual(['permanent', 'permanent too', 'transient', 'transient too']);
  expect(response.data).toEqual({ parents: [null, null, null, null] });
});
