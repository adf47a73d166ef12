import { buildSchema, type ExecutionResult, parse } from 'graphql';
import { expect, test } from 'vitest';
import { execute } from '../../src/executor/execute.ts';
import { settle } from '../support/clock.ts';
import { watchRejections } from './properties.ts';

type Callback = (value: unknown) => void;

class LazyPromise extends Promise<unknown> {
  // biome-ignore lint/suspicious/noThenProperty: overrides `then` on purpose.
  override then(): never {
    throw new Error('thrown');
  }
}

const thenable = (then: (resolve: Callback, reject: Callback) => void): object =>
  Object.defineProperty({}, 'then', { value: then });

const THENABLES: readonly [name: string, make: () => unknown, value: string | null][] = [
  [
    'throws',
    () =>
      thenable(() => {
        throw new Error('thrown');
      }),
    null,
  ],
  [
    'throws after it has resolved',
    () =>
      thenable((resolve) => {
        resolve('first');
        throw new Error('thrown');
      }),
    'first',
  ],
  [
    'throws before it resolves',
    () =>
      thenable((resolve) => {
        queueMicrotask(() => resolve('first'));
        throw new Error('thrown');
      }),
    null,
  ],
  [
    'resolves twice',
    () =>
      thenable((resolve) => {
        resolve('first');
        resolve('second');
      }),
    'first',
  ],
  [
    'resolves, then rejects',
    () =>
      thenable((resolve, reject) => {
        resolve('first');
        queueMicrotask(() => reject(new Error('second')));
      }),
    'first',
  ],
  [
    'rejects, then resolves',
    () =>
      thenable((resolve, reject) => {
        reject(new Error('first'));
        queueMicrotask(() => resolve('second'));
      }),
    null,
  ],
  ['resolves synchronously', () => thenable((resolve) => resolve('first')), 'first'],
  ['resolves to another thenable', () => thenable((resolve) => resolve(thenable((inner) => inner('first')))), 'first'],
  ['is called on an object that is not a promise', () => Object.create(Promise.prototype), null],
  ['is overridden in a subclass of Promise', () => LazyPromise.resolve('first'), null],
];

test.each(THENABLES)('a response is complete if a `then` %s', async (_, make, value) => {
  const takeRejections = watchRejections();
  const schema = buildSchema('type Query { field: String after: String list: [String] required: [String!] }');
  const after = async () => settle(1).then(() => 'after');
  const rootValue = { field: make, after, list: () => [make(), 'item'], required: () => [make(), 'item'] };
  const document = parse('{ field list required after }');

  const response = await Promise.race([
    execute({ schema, document, rootValue }),
    settle().then((): ExecutionResult => ({})),
  ]);

  const list = [value, 'item'];
  expect(response.data).toEqual({ field: value, list, required: value === null ? null : list, after: 'after' });
  expect(response.errors?.map(({ path }) => path?.[0]) ?? []).toEqual(
    value === null ? ['field', 'list', 'required'] : [],
  );
  await settle(2);
  expect(takeRejections()).toEqual([]);
});

test.each(THENABLES)('a type is resolved correctly if a `then` %s', async (_, make, value) => {
  const schema = buildSchema(
    'interface Named { name: String } type first implements Named { name: String } type Query { named: Named }',
  );
  Object.assign(schema.getType('Named') ?? {}, { resolveType: make });
  const rootValue = { named: { name: 'A' } };

  const response = await Promise.race([
    execute({ schema, document: parse('{ named { name } }'), rootValue }),
    settle().then((): ExecutionResult => ({})),
  ]);

  expect(response.data).toEqual({ named: value === null ? null : { name: 'A' } });
});
