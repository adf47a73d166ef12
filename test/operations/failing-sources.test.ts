import { GraphQLObjectType, GraphQLSchema, GraphQLString, parse } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import type { Caller } from '../../src/auth/caller.ts';
import type { Context, Services } from '../../src/operations/context.ts';
import { openStream, type Results } from '../../src/operations/subscriptions.ts';
import { createClock, settle } from '../support/clock.ts';

const sourceError = () => new Error('the source failed');

/** Opens a stream whose source emits one event, and then the result of `next`. */
async function open(source: { next: () => Promise<IteratorResult<string>>; return?: () => Promise<never> }) {
  const state = { reads: 0, returns: 0, closed: 0 };
  const events = {
    [Symbol.asyncIterator]: () => events,
    next: () => (++state.reads === 1 ? Promise.resolve({ value: 'a', done: false }) : source.next()),
    return: async () => {
      state.returns++;
      return (await source.return?.()) ?? { value: undefined, done: true };
    },
  };
  const changed = { type: GraphQLString, subscribe: () => events, resolve: (event: unknown) => event };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { a: { type: GraphQLString } } }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: { changed } }),
  });
  const { sleep, now } = createClock();
  const caller = { isHttp: false, expiresAt: undefined } as unknown as Caller;
  const results = await openStream({ schema, document: parse('subscription { changed }') }, {} as Context, {
    caller,
    contextCaller: caller,
    services: {} as Services,
    mask: (result) => result,
    sleep,
    now,
    acquire: () => () => void state.closed++,
    mapResult: (result) => result,
  });
  return { results: results as Results, state };
}

test.each([
  ['is closed', undefined],
  ['is closed even if closing fails', () => Promise.reject(new Error('it cannot be closed'))],
])('after an error, a source %s, and its stream ends', async (_, close) => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const next = () => Promise.reject(sourceError());
  const { results, state } = await open({ next, ...(close && { return: close }) });
  expect(await results.next()).toMatchObject({ value: { data: { changed: 'a' } } });

  await expect(results.next()).rejects.toThrow('the source failed');

  expect(await results.next()).toEqual({ value: undefined, done: true });
  expect(state).toEqual({ reads: 2, returns: 1, closed: 1 });
  await settle();
  expect(unhandled).toEqual([]);
});
