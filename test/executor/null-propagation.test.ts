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

/** The response, unless it still waits for something when nothing moves any more. */
async function responseTo(query: string, rootValue: unknown, more: Partial<Arguments> = {}): Promise<ExecutionResult> {
  const response = Promise.resolve(execute({ schema, document: parse(query), rootValue, ...more }));
  const waiting = settle().then((): ExecutionResult => {
    throw new Error('The response still waits.');
  });
  return await Promise.race([response, waiting]);
}

const messagesOf = ({ errors }: ExecutionResult) => errors?.map(({ message }) => message);

/** A value that a test settles. */
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
  ['throws before its neighbour starts', '{ required optional }', { optional: never, required: throwing }],
  ['rejects', '{ optional required other }', { optional: never, required: rejected, other: never }],
  ['is null', '{ optional required }', { optional: never, required: null }],
  ['is null later', '{ optional required }', { optional: never, required: async () => null }],
  ['cannot be serialized', '{ optional required }', { optional: never, required: async () => ({}) }],
])('a response that is null does not wait for other fields: a required field %s', async (_, query, rootValue) => {
  const { data, errors } = await responseTo(query, rootValue);

  expect(data).toBeNull();
  expect(errors).toEqual([expect.objectContaining({ path: ['required'] })]);
});

test.each([
  ['an object', '{ parent { other required } }', { parent: { required: rejected, other: never } }, { parent: null }],
  [
    'an object within required ones',
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
    'a list whose items are required',
    '{ requiredParents { required other } }',
    { requiredParents: [{ required: rejected, other: never }, never()] },
    { requiredParents: null },
  ],
  [
    'an object whose type comes later',
    '{ pet { name owner { required } } }',
    { pet: async () => ({ __typename: 'Dog', name: rejected, owner: never }) },
    { pet: null },
  ],
])('a response does not wait for what is within %s that has become null', async (_, query, rootValue, data) => {
  const response = await responseTo(query, rootValue);

  expect(response).toMatchObject({ data, errors: [{ message: 'failed' }] });
});

test('a response waits for everything outside an object that has become null', async () => {
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
])('nothing is resolved below %s once it is null, and a response that was given never changes', async (_, query) => {
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

test('what comes below a null object may hold rejected promises, in lists too', async () => {
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

test('the root fields of a mutation behind one that has made the response null do not start', async () => {
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
  ['one that throws hides one that rejects later', '{ other required }', { required: () => throwWith('first') }],
  ['one that rejects hides one that rejects later', '{ required other }', { required: () => rejectWith('first') }],
])('of several errors that make the response null the first is reported: %s', async (_, query, root) => {
  const rootValue = { other: async () => settle(1).then(() => throwWith('second')), ...root };

  expect(messagesOf(await responseTo(query, rootValue))).toEqual(['first']);
});

const isTransient = ({ extensions }: GraphQLError) => extensions.retryable === true;
const transient = () => rejectWith('transient', { retryable: true });
const mistake = () => rejectWith('mistake');

test.each([
  ['the response', '{ required other }', { required: transient, other: mistake }],
  ['the response', '{ other required }', { required: transient, other: mistake }],
  ['an object', '{ parent { required other } optional }', { parent: { required: transient, other: mistake } }],
  ['an object', '{ parent { required other } optional }', { parent: { required: mistake, other: transient } }],
])('of errors that make %s null together, one that lasts is reported: %s', async (_, query, root) => {
  const rootValue = { ...root, optional: async () => settle(1).then(() => 'later') };

  expect(messagesOf(await responseTo(query, rootValue, { isTransient }))).toEqual(['mistake']);
});

test('an error that makes only something within a null object null does not replace the one of the object', async () => {
  const parent = { required: transient, child: { optional: mistake } };
  const rootValue = { parent, optional: async () => settle(1).then(() => 'later') };
  const query = '{ parent { required child { optional } } optional }';

  expect(messagesOf(await responseTo(query, rootValue, { isTransient }))).toEqual(['transient']);
});

test('errors that last are reported before those that may pass, each in the order in which they came', async () => {
  const rootValue = {
    parents: [transient(), mistake(), rejectWith('transient too', { retryable: true }), rejectWith('mistake too')],
  };
  const response = await responseTo('{ parents { optional } }', rootValue, { isTransient });

  expect(messagesOf(response)).toEqual(['mistake', 'mistake too', 'transient', 'transient too']);
  expect(response.data).toEqual({ parents: [null, null, null, null] });
});
