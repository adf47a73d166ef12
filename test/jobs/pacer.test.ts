import { setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createPacer } from '../../src/jobs/pacer.ts';
import { createPollGate } from '../../src/jobs/poll-gate.ts';
import { createClock, settle } from '../support/clock.ts';

/** Creates a pacer, and records when polls are sent, in milliseconds from the start. */
function start({ perSecond = 20, outage = () => 0 }: { perSecond?: number; outage?: () => number } = {}) {
  const clock = createClock();
  const { sleep, monotonicNow } = clock;
  const startedAt = monotonicNow();
  const gate = createPollGate({ getOutage: outage, sleep, monotonicNow });
  const pacer = createPacer({ perSecond, gate, sleep, monotonicNow });
  const times: number[] = [];
  const poll = (count: number, signal = new AbortController().signal) => {
    setMaxListeners(0, signal);
    for (let index = 0; index < count; index++) {
      pacer.waitForSlot(signal).then(
        () => times.push(Math.round(monotonicNow() - startedAt)),
        () => {},
      );
    }
  };
  return { clock, gate, pacer, times, poll };
}

describe('pacer', () => {
  test('a pacer sends polls at its rate, with one timer for the whole queue', async () => {
    const { clock, times, poll } = start();

    poll(1_000);
    await settle();
    expect(clock.waits()).toHaveLength(1);
    await clock.advance(200);

    expect(times).toEqual([0, 50, 100, 150, 200]);
  });

  test('a pacer does not accumulate unused slots', async () => {
    const { clock, times, poll } = start();
    await clock.advance(60_000);

    poll(3);
    await clock.advance(1_000);

    expect(times).toEqual([60_000, 60_050, 60_100]);
  });

  test('a pacer gives the slot of an aborted poll to the next one', async () => {
    const { clock, times, poll } = start();
    const controller = new AbortController();
    poll(1);
    poll(100, controller.signal);
    poll(1);
    await settle();

    controller.abort();
    await clock.advance(60);

    expect(times).toEqual([0, 50]);
    expect(clock.waits()).toEqual([]);
  });

  test('a pacer stops its timer if all queued polls are aborted', async () => {
    const { clock, pacer, poll } = start();
    const controller = new AbortController();
    pacer.hold(60_000);
    poll(10, controller.signal);
    await settle();
    expect(clock.waits()).toEqual([60_000]);

    controller.abort();
    await settle();

    expect(clock.waits()).toEqual([]);
  });

  test('a pacer rejects with the reason of an aborted signal', async () => {
    const { pacer } = start();
    pacer.hold(1_000);

    await expect(pacer.waitForSlot(AbortSignal.abort('left'))).rejects.toBe('left');
  });

  test('a pacer sends no polls during a hold, even if it is extended, and few right after it', async () => {
    const { clock, pacer, times, poll } = start();
    pacer.hold(10_000);
    poll(100);
    await clock.advance(9_000);
    pacer.hold(10_000);
    pacer.hold(1_000);
    await clock.advance(9_999);
    expect(times).toEqual([]);
    expect(clock.waits()).toHaveLength(1);

    await clock.advance(1_001);

    expect(times.length).toBeGreaterThanOrEqual(5);
    expect(times.length).toBeLessThanOrEqual(10);
  });

  test('a pacer sends no polls during a hold that begins while polls are queued', async () => {
    const { clock, pacer, times, poll } = start();
    poll(2);
    await clock.advance(10);

    pacer.hold(10_000);
    await clock.advance(9_999);
    expect(times).toEqual([0]);
    await clock.advance(1_000);

    expect(times).toHaveLength(2);
  });

  test.each([Number.NaN, -1, 0])('a pacer ignores a hold of %d ms', async (milliseconds) => {
    const { pacer, times, poll } = start();

    pacer.hold(milliseconds);
    poll(1);
    await settle();

    expect(times).toEqual([0]);
  });
});

describe('poll gate', () => {
  test('a gate admits polls immediately if there is no outage', () => {
    const { gate } = start();

    expect(gate.enter(new AbortController().signal)).toBeUndefined();
  });

  test('a gate admits no polls during an outage, and polls at a growing rate after it', async () => {
    let outage = 5_000;
    const { clock, times, poll } = start({ perSecond: 1e9, outage: () => outage });
    poll(1_000);
    await clock.advance(20_000);
    expect(times).toEqual([]);

    outage = 0;
    await clock.advance(25_000);

    const [first = 0] = times;
    const perSecond = Array.from({ length: 15 }, (_, second) => {
      const begin = first + second * 1_000;
      return times.filter((time) => time >= begin && time < begin + 1_000).length;
    });
    expect(perSecond[0]).toBeLessThanOrEqual(12);
    const busy = perSecond.slice(0, -1);
    expect(busy).toEqual(busy.toSorted((a, b) => a - b));
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(140);
    expect(times).toHaveLength(1_000);
  });

  test('a gate restarts at the initial rate after another outage', async () => {
    let outage = 5_000;
    const { clock, times, poll } = start({ perSecond: 1e9, outage: () => outage });
    poll(1_000);
    outage = 0;
    await clock.advance(10_000);
    outage = 5_000;
    await clock.advance(10_000);
    const before = times.length;
    outage = 0;
    await clock.advance(6_000);

    expect(times.length - before).toBeLessThan(60);
  });

  test('a gate waits at least 1 ms for the rest of an outage', async () => {
    let outage = 0.5;
    const { clock, times, poll } = start({ outage: () => outage });

    poll(1);
    await settle();
    outage = 0;
    await clock.advance(1);

    expect(times).toEqual([1]);
  });
});
