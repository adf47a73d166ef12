import { describe, expect, test } from 'vitest';
import { createAwakeClock } from '../../src/jobs/awake-clock.ts';
import { PollBudget } from '../../src/jobs/budget.ts';
import { createPollGate } from '../../src/jobs/poll-gate.ts';
import { createClock } from '../support/clock.ts';

function start({ perSecond = 20, concurrency = 1_000 } = {}) {
  const { advance, now, monotonicNow } = createClock();
  const upstream = { outage: 0 };
  const gate = createPollGate({ getOutage: () => upstream.outage, monotonicNow });
  const budgetOf = () => new PollBudget({ perSecond, concurrency: () => concurrency, gate, now, monotonicNow });
  const startedAt = monotonicNow();
  /** Sends as many polls as allowed for a time, in milliseconds; returns their times. */
  const send = async (budget: PollBudget, milliseconds: number, overdue = 1) => {
    const times: number[] = [];
    const end = monotonicNow() + milliseconds;
    while (monotonicNow() < end) {
      const wait = budget.wait(() => overdue);
      if (wait < 1) {
        budget.start()();
        times.push(Math.round(monotonicNow() - startedAt));
      }
      await advance(Math.min(end - monotonicNow(), Math.max(wait, 0.01)));
    }
    return times;
  };
  return { advance, now, monotonicNow, upstream, budgetOf, send };
}

describe('budget', () => {
  test('polls are evenly spaced, and unused slots expire', async () => {
    const { budgetOf, send, advance } = start();
    const budget = budgetOf();
    expect(await send(budget, 210)).toEqual([0, 50, 100, 150, 200]);
    await advance(59_790);

    expect(await send(budget, 110)).toEqual([60_000, 60_050, 60_100]);
  });

  test('a poll beyond the maximum number of concurrent polls waits until one has ended', () => {
    const { budgetOf } = start({ perSecond: 1e9, concurrency: 2 });
    const budget = budgetOf();
    const end = budget.start();
    budget.start();
    expect(budget.wait(() => 0)).toBe(Number.POSITIVE_INFINITY);

    end();
    end();

    expect(budget.wait(() => 0)).toBeLessThan(1);
    budget.start();
    expect(budget.wait(() => 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test('polls without a response that leave no slot count as an outage after 5 seconds', async () => {
    const { budgetOf, advance, now } = start({ concurrency: 2 });
    const budget = budgetOf();
    budget.start();
    await advance(10_000);
    expect(budget.congestion).toBeUndefined();
    const since = new Date(now());
    const end = budget.start();
    await advance(4_900);
    expect(budget.congestion).toBeUndefined();
    await advance(100);
    expect(budget.congestion).toEqual({ reason: 'outage', since, remaining: 0 });

    end();

    expect(budget.congestion).toBeUndefined();
  });

  test('a hold stops all polls, is never shortened, and is reported with its start', async () => {
    const { budgetOf, advance, now } = start();
    const budget = budgetOf();
    budget.hold(10_000);
    const since = new Date(now());
    expect(budget.block).toEqual({ reason: 'hold', since, remaining: 10_000 });
    await advance(9_000);
    budget.hold(500);
    expect(budget.wait(() => 0)).toBe(1_000);
    budget.hold(5_000);

    expect(budget.block).toEqual({ reason: 'hold', since, remaining: 5_000 });
    await advance(5_000);
    expect(budget.block).toBeUndefined();
  });

  test('no poll is sent in the last fraction of a millisecond of a hold', async () => {
    const { budgetOf, advance } = start();
    const budget = budgetOf();
    budget.hold(10);
    await advance(9.7);

    expect(budget.wait(() => 0)).toBe(1);
  });

  test.each([Number.NaN, -1, 0])('a hold of %d ms is ignored', (milliseconds) => {
    const { budgetOf } = start();
    const budget = budgetOf();
    budget.hold(milliseconds);

    expect(budget.block).toBeUndefined();
    expect(budget.wait(() => 0)).toBe(0);
  });
});

describe('gate', () => {
  test('after an outage, overdue polls are sent at a growing rate that ends below twice the usual one', async () => {
    const { upstream, budgetOf, send, advance } = start({ perSecond: 1e6 });
    const budget = budgetOf();
    upstream.outage = 5_000;
    expect(budget.block).toMatchObject({ reason: 'outage', remaining: 5_000 });
    await advance(5_000);
    upstream.outage = 0;

    const times = await send(budget, 15_000, 1_000);

    const perSecond = Array.from({ length: 15 }, (_, second) => {
      const from = 5_000 + second * 1_000;
      return times.filter((time) => time >= from && time < from + 1_000).length;
    });
    expect(perSecond[0]).toBeLessThanOrEqual(12);
    expect(perSecond).toEqual(perSecond.toSorted((a, b) => a - b));
    expect(perSecond.at(-1)).toBeLessThanOrEqual((2 * 1_000) / 15);
    expect(times.length).toBeGreaterThan(900);
  });

  test('the rate starts again after another outage', async () => {
    const { upstream, budgetOf, send, advance } = start({ perSecond: 1e6 });
    const budget = budgetOf();
    for (let outage = 0; outage < 2; outage++) {
      upstream.outage = 5_000;
      budget.wait(() => 0);
      await advance(5_000);
      upstream.outage = 0;
      expect((await send(budget, 1_000, 1_000)).length).toBeLessThanOrEqual(12);
      await send(budget, 10_000, 1_000);
    }
  });

  test('credentials share the rate, and none is gated once it has no overdue poll', async () => {
    const { upstream, budgetOf, advance } = start({ perSecond: 1e6 });
    const [first, second] = [budgetOf(), budgetOf()];
    upstream.outage = 5_000;
    first.wait(() => 0);
    second.wait(() => 0);
    await advance(5_000);
    upstream.outage = 0;

    expect(first.wait(() => 1)).toBe(0);
    expect(second.wait(() => 1)).toBeCloseTo(200, -1);
    second.endResuming();
    second.start();
    expect(second.wait(() => 1)).toBeLessThan(1);
  });
});

test('the awake clock counts at most a minute between two readings', async () => {
  const { advance, monotonicNow } = start();
  const awakeNow = createAwakeClock(monotonicNow);
  await advance(30_000);
  expect(awakeNow()).toBe(30_000);

  await advance(3_600_000);

  expect(awakeNow()).toBe(90_000);
});
