import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { defaultWatchSettings } from '../../src/job-watching/job-watcher.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { transports } from '../support/subscribe.ts';

const jobsUpdated = graphql(`
  subscription ResumeJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }
`);

const KEYS = 50;
const JOBS = 20;
/** Poll interval, in milliseconds. */
const POLL_INTERVAL = 15_000;
/** Polls per second while no state changes. */
const POLLS_PER_SECOND = (KEYS * JOBS * 1_000) / POLL_INTERVAL;

/** Watches many trainings of many keys at an upstream that can fail, and records the times of its requests. */
async function startMany(failure: () => Response) {
  const [direct] = transports;
  if (!direct) throw new Error('There is no transport.');
  let isFailing = false;
  const times: number[] = [];
  const started = startGateway({
    watch: {
      pollsPerSecond: 20,
      pace: { ...defaultWatchSettings.pace, Training: { fastest: POLL_INTERVAL, slowest: POLL_INTERVAL } },
    },
    transport: async () => {
      times.push(started.clock.now());
      return isFailing ? failure() : Response.json({ status: 'processing' });
    },
  });
  for (let key = 0; key < KEYS; key++) {
    const ids = Array.from({ length: JOBS }, (_, id) => globalId({ kind: 'Training', modelId: 'm', id: String(id) }));
    const stream = await direct.subscribe(started, jobsUpdated, { ids }, `key-${key}`);
    void stream.rest();
    // Spreads the polls, because delays have no jitter in tests.
    await started.clock.advance(POLL_INTERVAL / KEYS);
  }
  const fail = async (milliseconds: number) => {
    isFailing = true;
    await started.clock.advance(milliseconds);
    isFailing = false;
    times.length = 0;
    return started.clock.now();
  };
  return { ...started, times, fail };
}

/** Maximum number of requests in any window of this length. */
function maxInWindow(times: readonly number[], milliseconds: number): number {
  let first = 0;
  return times.reduce((found, time, last) => {
    while ((times[first] ?? time) <= time - milliseconds) first++;
    return Math.max(found, last - first + 1);
  }, 0);
}

test('after an outage the polls of all keys resume gradually', async () => {
  const { clock, times, fail } = await startMany(() => new Response(null, { status: 503 }));

  const endedAt = await fail(40_000);
  await clock.advance(40_000);

  expect(maxInWindow(times, 100)).toBeLessThanOrEqual((2.2 * POLLS_PER_SECOND) / 10 + 1);
  expect(maxInWindow(times, 1_000)).toBeLessThanOrEqual(2.2 * POLLS_PER_SECOND);
  expect(times.filter((time) => time < endedAt + 6_000).length).toBeLessThan(POLLS_PER_SECOND * 3);
  expect(times.filter((time) => time < endedAt + 25_000).length).toBeGreaterThanOrEqual(KEYS * JOBS);
}, 120_000);

test('after rate limits that end at the same time, the polls resume gradually, too', async () => {
  let until = '';
  const { clock, times, fail, now } = await startMany(
    () => new Response(null, { status: 429, headers: { 'retry-after': until } }),
  ).then((started) => ({ ...started, now: started.clock.now() }));
  until = new Date(now + 60_000).toUTCString();

  await fail(55_000);
  await clock.advance(45_000);

  expect(maxInWindow(times, 100)).toBeLessThanOrEqual((2.2 * POLLS_PER_SECOND) / 10 + 1);
  expect(maxInWindow(times, 1_000)).toBeLessThanOrEqual(2.2 * POLLS_PER_SECOND);
  expect(times.length).toBeGreaterThanOrEqual(KEYS * JOBS);
}, 120_000);
