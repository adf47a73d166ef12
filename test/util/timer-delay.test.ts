import { expect, test } from 'vitest';
import { MAX_TIMER_DELAY, timerDelay } from '../../src/util/timer-delay.ts';
import { sleep, startTimer } from '../../src/util/timers.ts';
import { settle } from '../support/clock.ts';

const TOO_LONG = [2 ** 31, 1_795_896_802_000, 86_400_000 * 365, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY];

test.each(TOO_LONG)('a delay of %d ms is clamped to the maximum of timers', (milliseconds) => {
  expect(timerDelay(milliseconds)).toBe(MAX_TIMER_DELAY);
});

test.each([-1, -0, 0, Number.NEGATIVE_INFINITY])('a delay of %d ms becomes 0', (milliseconds) => {
  expect(timerDelay(milliseconds) + 0).toBe(0);
});

test('a delay of NaN is rejected', async () => {
  expect(() => timerDelay(Number.NaN)).toThrow(RangeError);
  expect(() => startTimer(Number.NaN, () => {})).toThrow(RangeError);
  await expect(sleep(Number.NaN, new AbortController().signal)).rejects.toThrow(RangeError);
});

test.each(TOO_LONG)('a sleep of %d ms does not end immediately', async (milliseconds) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  const controller = new AbortController();
  let isOver = false;
  const sleeping = sleep(milliseconds, controller.signal).then(() => {
    isOver = true;
  });
  // An overflown timer waits for 1 ms, so it ends before a timer of 5 ms that began later.
  await sleep(5, new AbortController().signal);
  await settle();

  expect(isOver).toBe(false);
  expect(warnings).toEqual([]);
  controller.abort();
  await expect(sleeping).rejects.toThrow();
  process.off('warning', onWarning);
});
