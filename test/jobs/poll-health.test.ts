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

test('a failure after a short outage of the credential is reported as early as the outage would have been', async () => {
  const { now, monotonicNow, advance } = createClock();
  const health = new PollHealth({ now, monotonicNow, awakeNow: monotonicNow });
  const since = new Date(now());
  const reportAt = monotonicNow() + 3_000;
  const block = { reason: 'outage', since, remaining: 2_000 } as const;
  expect(health.trouble(block)).toMatchObject({ reason: 'outage', since, reportAt });

  await advance(4_000);
  expect(health.trouble(undefined)).toBeUndefined();
  health.onFailure(new Error('failed'), false);

  expect(health.trouble(undefined)).toMatchObject({ reason: 'outage', since, reportAt });
});

test('a success ends an outage: a later failure is another one', async () => {
  const { now, monotonicNow, advance } = createClock();
  const health = new PollHealth({ now, monotonicNow, awakeNow: monotonicNow });
  health.trouble({ reason: 'outage', since: new Date(now()), remaining: 2_000 });
  await advance(4_000);
  health.onSuccess();
  health.onFailure(new Error('failed'), false);

  expect(health.trouble(undefined)).toMatchObject({ since: new Date(now()), reportAt: monotonicNow() + 3_000 });
});
