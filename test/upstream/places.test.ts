import { expect, test } from 'vitest';
import { createPlaces } from '../../src/upstream/places.ts';
import { settle } from '../support/clock.ts';

const { signal } = new AbortController();

/** Places, and who has come in, in order. */
function startPlaces(total: number, each: number) {
  const places = createPlaces({ total, each });
  const inside: string[] = [];
  const enter = (name: string, caller = signal) =>
    places.enter(name.slice(0, 1), caller).then((leave) => {
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
