import { describe, expect, test } from 'vitest';
import { createTimerQueue } from '../../src/util/timer-queue.ts';

/** Alarms whose timers and clock are in the hands of a test. */
function start() {
  let now = 0;
  const timers: { at: number; callback: () => void }[] = [];
  const rung: string[] = [];
  const alarm = createTimerQueue({
    monotonicNow: () => now,
    startTimer: (milliseconds, callback) => timers.push({ at: now + milliseconds, callback }),
  });
  return {
    rung,
    timers: () => timers.map(({ at }) => at),
    set: (name: string, milliseconds: number) => alarm(milliseconds, () => rung.push(name)),
    alarm,
    /** Turns the clock, and lets the timers go off that are due. */
    turnTo(time: number) {
      now = time;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    },
  };
}

describe('alarms', () => {
  test('that wait equally long share a timer, and each rings at its own time', () => {
    const { set, timers, turnTo, rung } = start();

    set('first', 100);
    turnTo(40);
    set('second', 100);
    expect(timers()).toEqual([100]);

    turnTo(100);
    expect(rung).toEqual(['first']);
    expect(timers()).toEqual([140]);
    turnTo(140);

    expect(rung).toEqual(['first', 'second']);
    expect(timers()).toEqual([]);
  });

  test('of other lengths wait for none of these', () => {
    const { set, turnTo, rung } = start();

    set('long', 100);
    set('short', 10);
    turnTo(10);

    expect(rung).toEqual(['short']);
  });

  test('that are called off do not ring, whenever that is', () => {
    const { set, alarm, turnTo, rung } = start();

    const callOff = set('first', 100);
    set('second', 100);
    callOff();
    callOff();
    let callOffLast = () => {};
    alarm(100, () => callOffLast());
    callOffLast = set('last', 100);
    turnTo(100);

    expect(rung).toEqual(['second']);
  });

  test('wait again when their timer goes off early', () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const rung: number[] = [];
    const alarm = createTimerQueue({ monotonicNow: () => now, startTimer: (_, callback) => timers.push(callback) });

    alarm(100, () => rung.push(now));
    for (const time of [99.6, 100.6]) {
      now = time;
      timers.shift()?.();
    }

    expect(rung).toEqual([100.6]);
    expect(timers).toEqual([]);
  });

  test('ring although one of them fails', () => {
    const { set, alarm, turnTo, rung } = start();

    alarm(100, () => {
      throw new Error('broken');
    });
    set('second', 100);
    expect(() => turnTo(100)).toThrow('broken');
    turnTo(101);

    expect(rung).toEqual(['second']);
  });
});
