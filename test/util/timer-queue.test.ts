import { describe, expect, test } from 'vitest';
import { createTimerQueue } from '../../src/util/timer-queue.ts';

/** Creates a timer queue with a test clock and test timers. */
function start() {
  let now = 0;
  const timers: { at: number; callback: () => void }[] = [];
  const calls: string[] = [];
  const startQueued = createTimerQueue({
    monotonicNow: () => now,
    startTimer: (milliseconds, callback) => timers.push({ at: now + milliseconds, callback }),
  });
  return {
    calls,
    timers: () => timers.map(({ at }) => at),
    set: (name: string, milliseconds: number) => startQueued(milliseconds, () => calls.push(name)),
    startQueued,
    /** Sets the clock, and runs the timers that are due. */
    advanceTo(time: number) {
      now = time;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    },
  };
}

describe('timer queue', () => {
  test('timers with the same delay share one Node.js timer, and each calls back at its own time', () => {
    const { set, timers, advanceTo, calls } = start();

    set('first', 100);
    advanceTo(40);
    set('second', 100);
    expect(timers()).toEqual([100]);

    advanceTo(100);
    expect(calls).toEqual(['first']);
    expect(timers()).toEqual([140]);
    advanceTo(140);

    expect(calls).toEqual(['first', 'second']);
    expect(timers()).toEqual([]);
  });

  test('a shorter timer does not wait for a longer one', () => {
    const { set, advanceTo, calls } = start();

    set('long', 100);
    set('short', 10);
    advanceTo(10);

    expect(calls).toEqual(['short']);
  });

  test('a stopped timer never calls back, even if it is stopped by another one at the same time', () => {
    const { set, startQueued, advanceTo, calls } = start();

    const stop = set('first', 100);
    set('second', 100);
    stop();
    stop();
    let stopLast = () => {};
    startQueued(100, () => stopLast());
    stopLast = set('last', 100);
    advanceTo(100);

    expect(calls).toEqual(['second']);
  });

  test('a timer is set again if the Node.js timer expires early', () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const calls: number[] = [];
    const startQueued = createTimerQueue({
      monotonicNow: () => now,
      startTimer: (_, callback) => timers.push(callback),
    });

    startQueued(100, () => calls.push(now));
    for (const time of [99.6, 100.6]) {
      now = time;
      timers.shift()?.();
    }

    expect(calls).toEqual([100.6]);
    expect(timers).toEqual([]);
  });

  test('a timer calls back even if another one throws', () => {
    const { set, startQueued, advanceTo, calls } = start();

    startQueued(100, () => {
      throw new Error('broken');
    });
    set('second', 100);
    expect(() => advanceTo(100)).toThrow('broken');
    advanceTo(101);

    expect(calls).toEqual(['second']);
  });
});
