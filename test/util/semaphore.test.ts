import { expect, test } from 'vitest';
import { createSemaphore } from '../../src/util/semaphore.ts';
import { settle } from '../support/clock.ts';

const { signal } = new AbortController();

/** Places, and who has come in, in order. */
function startPlaces(total: number, each: number) {
  const places = createSemaphore({ total, each });
  const inside: string[] = [];
  const enter = (name: string, caller = signal) =>
    places.acquire(name.slice(0, 1), caller).then((leave) => {
      inside.push(name);
      return leave;
    });
  return { enter, inside };
}

test('as many come in as there are places, first come, first served', async () => {
  const { enter, inside } = startPlaces(2, 2);
  const [first] = ['a1', 'b1', 'c1', 'd1'].map((name) => enter(name));
  await settle(1);
  expect(inside).toEqual(['a1', 'b1']);

  (await first)?.();
  await settle(1);

  expect(inside).toEqual(['a1', 'b1', 'c1']);
});

test('one who has a share is passed over for others', async () => {
  const { enter, inside } = startPlaces(3, 2);
  const [first] = ['a1', 'a2', 'a3', 'b1'].map((name) => enter(name));
  await settle(1);
  expect(inside).toEqual(['a1', 'a2', 'b1']);

  (await first)?.();
  await settle(1);

  expect(inside).toEqual(['a1', 'a2', 'b1', 'a3']);
});

test('a place that is given back twice is free once', async () => {
  const { enter, inside } = startPlaces(1, 1);
  const leave = await enter('a1');
  leave();
  leave();
  for (const name of ['b1', 'c1']) void enter(name);
  await settle(1);

  expect(inside).toEqual(['a1', 'b1']);
});

test('one who leaves while waiting takes no place', async () => {
  const { enter, inside } = startPlaces(1, 1);
  const leaver = new AbortController();
  const leave = await enter('a1');
  const left = enter('b1', leaver.signal);
  void enter('c1');

  leaver.abort('left');
  await expect(left).rejects.toBe('left');
  await expect(enter('d1', leaver.signal)).rejects.toBe('left');
  leave();
  await settle(1);

  expect(inside).toEqual(['a1', 'c1']);
});

test('the owner with the fewest places is next, however many others arrived before', async () => {
  const { enter, inside } = startPlaces(4, 3);
  const entered = ['a1', 'a2', 'b1', 'b2', 'a3', 'a4', 'b3', 'b4', 'c1'].map((name) => enter(name));
  await settle(1);
  expect(inside).toEqual(['a1', 'a2', 'b1', 'b2']);

  (await entered[0])?.();
  await settle(1);

  expect(inside.at(-1)).toBe('c1');
});

test('owners that hold equally many take turns', async () => {
  const { enter, inside } = startPlaces(1, 1);
  const first = enter('x1');
  const entered = ['a1', 'a2', 'b1', 'b2'].map((name) => enter(name));
  (await first)();
  for (const leave of entered) {
    await settle(1);
    void leave.then((end) => end());
  }
  for (const leave of entered) (await leave)();

  expect(inside).toEqual(['x1', 'a1', 'b1', 'a2', 'b2']);
});

test('one that needs many places is not overtaken by those that need few', async () => {
  const places = createSemaphore({ total: 10, each: 10 });
  const inside: string[] = [];
  const enter = async (name: string, count: number) => {
    const leave = await places.acquire(name, signal, count);
    inside.push(name);
    return leave;
  };
  const first = await enter('a', 6);
  void enter('b', 8);
  void enter('c', 1);
  await settle(1);
  expect([inside, places.taken]).toEqual([['a'], 6]);

  first();
  await settle(1);

  expect([inside, places.taken]).toEqual([['a', 'b', 'c'], 9]);
});

test('one that needs many places and leaves makes way for others', async () => {
  const places = createSemaphore({ total: 10, each: 10 });
  const leaver = new AbortController();
  const leave = await places.acquire('a', signal, 6);
  const left = places.acquire('b', leaver.signal, 8);
  const other = places.acquire('c', signal, 1);

  leaver.abort('left');

  await expect(left).rejects.toBe('left');
  await other;
  expect(places.taken).toBe(7);
  leave();
});

test('places are taken without waiting where they are free, and no one who waits is overtaken', async () => {
  const places = createSemaphore({ total: 10, each: 8 });
  const first = places.tryEnter('a', 6);
  expect([first, places.tryEnter('a', 3), places.tryEnter('b', 5)].map((leave) => leave !== undefined)).toEqual([
    true,
    false,
    false,
  ]);
  const waiting = places.acquire('b', signal, 6);
  expect(places.tryEnter('c', 1)).toBeUndefined();

  first?.();
  (await waiting)();

  places.tryEnter('c', 8)?.();
  expect(places.taken).toBe(0);
});
