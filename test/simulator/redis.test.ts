import { expect, test } from 'vitest';
import { findRedisServer } from '../support/redis.ts';
import { runWithRedis } from './redis-runs.ts';

const executable = findRedisServer(process.env);
/** They run at the same time, and mostly wait. */
const SEEDS = 10;

test.skipIf(!executable)(
  `${SEEDS} drawn schedules of faults with a real Redis server violate no rule`,
  async () => {
    const failed = await runWithRedis({ executable: executable ?? '', first: 1, seeds: SEEDS, parallel: SEEDS });

    const found = failed.flatMap(({ scenario: { seed }, violations }) =>
      violations.map(({ rule, at, message }) => `seed ${seed}: ${rule}, at ${at} ms: ${message}`),
    );
    expect(found, 'npm run simulate -- --redis --from SEED --seeds 1').toEqual([]);
  },
  180_000,
);
