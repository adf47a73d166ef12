import { afterEach, expect, test, vi } from 'vitest';
import { delayBefore, onOnline, runtime, sleep } from '../../src/client/runtime.ts';
import { createClock } from '../support/clock.ts';

const clock = createClock();
const withRandom = (random: number) => ({ now: clock.now, startTimer: clock.startTimer, random: () => random });

afterEach(() => vi.unstubAllGlobals());

test('delays double up to half a minute', () => {
  const delays = [1, 2, 3, 7, 8, 2_000].map((failures) => delayBefore(failures, undefined, withRandom(1)));

  expect(delays).toEqual([500, 1_000, 2_000, 30_000, 30_000, 30_000]);
});

test('delays differ by up to a half', () => {
  expect(delayBefore(1, undefined, withRandom(0))).toBe(250);
  const drawn = Array.from({ length: 100 }, () => delayBefore(3, undefined, runtime));

  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(1_000);
  expect(Math.max(...drawn)).toBeLessThan(2_000);
  expect(new Set(drawn).size).toBeGreaterThan(50);
});

test('a delay that the gateway demands is never shortened', () => {
  expect(delayBefore(1, 5, withRandom(0))).toBe(5_000);
  expect(delayBefore(1, 5, withRandom(1))).toBe(5_500);
  expect(delayBefore(8, 5, withRandom(1))).toBe(30_000);
});

test('a browser that is online again ends the wait', async () => {
  const target = new EventTarget();
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
  const wait = sleep(withRandom(0), 30_000, new AbortController().signal, onOnline);
  expect(clock.waits()).toEqual([30_000]);

  target.dispatchEvent(new Event('online'));

  await wait;
  expect(clock.waits()).toEqual([]);
});

test('a signal ends the wait with its reason', async () => {
  const controller = new AbortController();
  const wait = sleep(withRandom(0), 30_000, controller.signal);

  controller.abort(new Error('stop'));

  await expect(wait).rejects.toThrow('stop');
  await expect(sleep(withRandom(0), 1, controller.signal)).rejects.toThrow('stop');
  expect(clock.waits()).toEqual([]);
});
