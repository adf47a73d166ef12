import { expect, test } from 'vitest';
import { PollHealth } from '../../src/jobs/poll-health.ts';
import { createClock } from '../support/clock.ts';

test('a read that takes long is reported although another one starts meanwhile', async () => {
  const { now, monotonicNow, advance } = createClock();
  const health = new PollHealth({ now, monotonicNow, awakeNow: monotonicNow });
  const since = new Date(now());
  const reportAt = monotonicNow() + 5_000;
  health.onStart();
  await advance(3_000);
  health.onStart();

  expect(health.trouble(undefined)).toMatchObject({ reason: 'outage', since, reportAt });
  health.onEnd();
  expect(health.trouble(undefined)).toBeUndefined();
});
