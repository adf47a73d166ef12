import { expect, test } from 'vitest';
import { createRestartDelay } from '../../src/process/restart-delay.ts';

test('the first restart is not delayed, repeated ones are, up to half a minute, until a calm minute has passed', () => {
  let now = 0;
  const restartDelay = createRestartDelay(() => now);

  const delays = Array.from({ length: 12 }, () => {
    const delay = restartDelay();
    now += delay + 1_000;
    return delay;
  });

  expect(delays).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
  now += 60_000;
  expect(restartDelay()).toBe(0);
});
