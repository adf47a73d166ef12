import { expect, test } from 'vitest';
import { RETRY_DELAY, startOnce } from '../../src/embedded/start-once.ts';

/** Something whose start fails until `repair` is called. */
function failing() {
  let isBroken = true;
  let attempts = 0;
  let time = 0;
  const failures: unknown[] = [];
  const error = new Error('broken');
  const start = startOnce(
    async () => {
      attempts++;
      if (isBroken) throw error;
      return 'started';
    },
    { onFailure: (failure) => void failures.push(failure), monotonicNow: () => time },
  );
  return {
    start,
    error,
    failures,
    attempts: () => attempts,
    advance(milliseconds: number) {
      time += milliseconds;
    },
    repair() {
      isBroken = false;
    },
  };
}

test('a failed start is remembered and reported once', async () => {
  const { start, advance, attempts, failures, error } = failing();

  const results = await Promise.allSettled([start(), start()]);
  advance(RETRY_DELAY - 1);
  results.push(...(await Promise.allSettled([start()])));

  expect(results).toEqual(Array(3).fill({ status: 'rejected', reason: error }));
  expect(attempts()).toBe(1);
  expect(failures).toEqual([error]);
});

test('a failed start is tried again after some seconds', async () => {
  const { start, advance, repair, attempts } = failing();
  await expect(start()).rejects.toThrow('broken');
  repair();
  advance(RETRY_DELAY);

  expect(await start()).toBe('started');
  advance(RETRY_DELAY);
  expect(await start()).toBe('started');
  expect(attempts()).toBe(2);
});
