import { expect, test } from 'vitest';
import { Inbox } from '../../src/jobs/inbox.ts';
import { DONE } from '../../src/util/async-iterators.ts';

const start = (names = ['a', 'b']) => {
  const calls: string[] = [];
  const inbox = new Inbox<number>(names, () => calls.push('close'), { release: () => calls.push('release') });
  return { inbox, calls };
};
const item = (value: number) => ({ value, done: false });

/** True if a promise is settled already. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
};

test('an inbox is ready once an event is buffered, which remains the first to be read', async () => {
  const { inbox } = start();
  const ready = inbox.whenReady();
  expect(await isSettled(ready)).toBe(false);
  expect(inbox.first).toBeUndefined();

  inbox.put('a', 1);
  inbox.put('b', 2);
  await ready;
  await inbox.whenReady();

  expect(inbox.first).toBe(1);
  expect([await inbox.next(), await inbox.next()]).toEqual([item(1), item(2)]);
  expect(await isSettled(inbox.whenReady())).toBe(false);
});

test('an inbox that is closed is ready, even if a reader waits for that', async () => {
  const { inbox } = start();
  const ready = inbox.whenReady();

  await inbox.return();

  await ready;
  await inbox.whenReady();
  expect(inbox.first).toBeUndefined();
});

test('readers that wait get one event each, in their order, and complete when it is closed', async () => {
  const { inbox } = start();
  const reads = [inbox.next(), inbox.next(), inbox.next()];

  inbox.put('a', 1);
  inbox.put('a', 2);
  await inbox.return();

  expect(await Promise.all(reads)).toEqual([item(1), item(2), DONE]);
});

test('an inbox is closed once, when its jobs have ended and their events are read', async () => {
  const { inbox, calls } = start(['a', 'b', 'a']);
  for (const name of ['unknown', 'other', 'a']) inbox.end(name);
  expect(calls).toEqual([]);
  inbox.put('b', 1);
  inbox.end('b');
  expect(calls).toEqual([]);

  await inbox.next();

  expect(calls).toEqual(['close', 'release']);
  await inbox.return();
  expect(await inbox.next()).toEqual(DONE);
  expect(calls).toEqual(['close', 'release']);
});
