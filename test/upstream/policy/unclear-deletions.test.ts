import { expect, test } from 'vitest';
import { UnclearDeletions } from '../../../src/upstream/policy/unclear-deletions.ts';

const result = async () => {};

/** Deletions of two keys, and a clock. */
function start() {
  let now = 0;
  const deletions = new UnclearDeletions(() => now);
  return {
    of: (apiKey: string, path = '/models/m') => deletions.start(apiKey, path, result),
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

test('a later deletion of the same key and path knows of an unclear one', () => {
  const { of } = start();

  of('a').onUnclear();

  expect([of('a'), of('b'), of('a', '/models/n')].map((each) => each.mayBeDone())).toEqual([true, false, false]);
});

test('it is forgotten after ten minutes, and once a deletion has succeeded', () => {
  const { of, advance } = start();
  of('a').onUnclear();
  of('b').onUnclear();

  of('a').onDone();
  expect([of('a').mayBeDone(), of('b').mayBeDone()]).toEqual([false, true]);
  advance(600_001);
  expect(of('b').mayBeDone()).toBe(false);
});
