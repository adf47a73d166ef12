import { expect, test } from 'vitest';
import { createSemaphore } from '../../src/util/semaphore.ts';
import { settle } from '../support/clock.ts';

const { signal } = new AbortController();

/** Creates a semaphore, and records the order in which slots are acquired. */
function start(total: number, each: number) {
  const semaphore = createSemaphore({ total, perOwner: each });
  const acquired: string[] = [];
  const acquire = (name: string, caller = signal) =>
    semaphore.acquire(name.slice(0, 1), caller).then((release) => {
      acquired.push(name);
      return release;
    });
  return { acquire, acquired };
}

test('slots are acquired in order of arrival, up to the total', async () => {
  const { acquire, acquired } = start(2, 2);
  const [first] = ['a1', 'b1', 'c1', 'd1'].map((name) => acquire(name));
  await settle(1);
  expect(acquired).toEqual(['a1', 'b1']);

  (await first)?.();
  await settle(1);

  expect(acquired).toEqual(['a1', 'b1', 'c1']);
});

test('an owner at its maximum is skipped', async () => {
  const { acquire, acquired } = start(3, 2);
  const [first] = ['a1', 'a2', 'a3', 'b1'].map((name) => acquire(name));
  await settle(1);
  expect(acquired).toEqual(['a1', 'a2', 'b1']);

  (await first)?.();
  await settle(1);

  expect(acquired).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('releasing a slot twice frees it once', async () => {
  const { acquire, acquired } = start(1, 1);
  const release = await acquire('a1');
  release();
  release();
  for (const name of ['b1', 'c1']) void acquire(name);
  await settle(1);

  expect(acquired).toEqual(['a1', 'b1']);
});

test('an aborted entry acquires no slot', async () => {
  const { acquire, acquired } = start(1, 1);
  const controller = new AbortController();
  const release = await acquire('a1');
  const aborted = acquire('b1', controller.signal);
  void acquire('c1');

  controller.abort('left');
  await expect(aborted).rejects.toBe('left');
  await expect(acquire('d1', controller.signal)).rejects.toBe('left');
  release();
  await settle(1);

  expect(acquired).toEqual(['a1', 'c1']);
});

test('the owner with the fewest slots is next, even if others arrived earlier', async () => {
  const { acquire, acquired } = start(4, 3);
  const entries = ['a1', 'a2', 'b1', 'b2', 'a3', 'a4', 'b3', 'b4', 'c1'].map((name) => acquire(name));
  await settle(1);
  expect(acquired).toEqual(['a1', 'a2', 'b1', 'b2']);

  (await entries[0])?.();
  await settle(1);

  expect(acquired.at(-1)).toBe('c1');
});

test('owners with equally many slots alternate', async () => {
  const { acquire, acquired } = start(1, 1);
  const first = acquire('x1');
  const entries = ['a1', 'a2', 'b1', 'b2'].map((name) => acquire(name));
  (await first)();
  for (const release of entries) {
    await settle(1);
    void release.then((end) => end());
  }
  for (const release of entries) (await release)();

  expect(acquired).toEqual(['x1', 'a1', 'b1', 'a2', 'b2']);
});

test('an entry for many slots is not overtaken by entries for few', async () => {
  const semaphore = createSemaphore({ total: 10, perOwner: 10 });
  const acquired: string[] = [];
  const acquire = async (name: string, count: number) => {
    const release = await semaphore.acquire(name, signal, count);
    acquired.push(name);
    return release;
  };
  const first = await acquire('a', 6);
  void acquire('b', 8);
  void acquire('c', 1);
  await settle(1);
  expect([acquired, semaphore.acquired]).toEqual([['a'], 6]);

  first();
  await settle(1);

  expect([acquired, semaphore.acquired]).toEqual([['a', 'b', 'c'], 9]);
});

test('aborting an entry for many slots unblocks others', async () => {
  const semaphore = createSemaphore({ total: 10, perOwner: 10 });
  const controller = new AbortController();
  const release = await semaphore.acquire('a', signal, 6);
  const aborted = semaphore.acquire('b', controller.signal, 8);
  const other = semaphore.acquire('c', signal, 1);

  controller.abort('left');

  await expect(aborted).rejects.toBe('left');
  await other;
  expect(semaphore.acquired).toBe(7);
  release();
});

test('free slots are acquired without waiting, but not before waiting entries', async () => {
  const semaphore = createSemaphore({ total: 10, perOwner: 8 });
  const first = semaphore.tryAcquire('a', 6);
  expect(
    [first, semaphore.tryAcquire('a', 3), semaphore.tryAcquire('b', 5)].map((release) => release !== undefined),
  ).toEqual([true, false, false]);
  const waiting = semaphore.acquire('b', signal, 6);
  expect(semaphore.tryAcquire('c', 1)).toBeUndefined();

  first?.();
  (await waiting)();

  semaphore.tryAcquire('c', 8)?.();
  expect(semaphore.acquired).toBe(0);
});
