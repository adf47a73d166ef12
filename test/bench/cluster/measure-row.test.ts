import { expect, test } from 'vitest';
import { findRedisServer } from '../../support/redis.ts';
import { PROGRAM } from '../processes.ts';
import { measureRow } from './measure-row.ts';

/** The shortest durations in which each part still runs completely. */
const QUICK = { jobs: 3, keys: 1, subscribers: 12, period: 300, probes: 1, takeovers: 1 };

/** Short intervals, so that a change is read soon. */
const settings = {
  WATCH_PREDICTION_FASTEST_SECONDS: '0.2',
  WATCH_PREDICTION_SLOWEST_SECONDS: '0.5',
  WATCH_TRAINING_FASTEST_SECONDS: '0.2',
  WATCH_TRAINING_SLOWEST_SECONDS: '0.5',
};

const options = { program: PROGRAM, settings };

test.skipIf(!findRedisServer(process.env))(
  'two replicas that share a Redis: each subscriber has an event, and another replica takes over',
  async () => {
    const row = await measureRow({ kind: 'replicas', count: 2 }, QUICK, options);

    expect([row.delays.length, row.deliveries.length]).toEqual([12, 12]);
    expect(row.delays.every((delay) => delay > 0 && Number.isFinite(delay))).toBe(true);
    expect(row.deliveries.every(Number.isFinite)).toBe(true);
    expect(row.gets.opening).toBeGreaterThan(0);
    expect(row.steady.redis?.commands).toEqual(expect.any(Number));
    expect(row.steady.cpu).toHaveLength(2);
    expect(Object.values(row.reactions).every(Number.isFinite)).toBe(true);
    expect(row.takeovers).toEqual([{ poll: expect.any(Number), event: expect.any(Number) }]);
    expect(row.takeovers.every(({ poll, event }) => poll > 0 && Number.isFinite(event))).toBe(true);
  },
  60_000,
);

test('one process without Redis is measured without commands and takeovers', async () => {
  const row = await measureRow({ kind: 'workers', count: 1 }, QUICK, options);

  expect(row.delays).toHaveLength(12);
  expect([row.steady.redis, row.takeovers]).toEqual([undefined, []]);
}, 60_000);
