import { describe, expect, test } from 'vitest';
import { findRedisServer } from '../support/redis.ts';
import type { Entry, Run } from './history.ts';
import { manySubscribers } from './many-subscribers.ts';
import { createProcessEnvironment, type ProcessOptions } from './process-environment.ts';
import { checkReal } from './rules-real.ts';
import type { ClusterFault, Scenario } from './scenario.ts';
import { streamsOf } from './stream-log.ts';
import { simulate } from './world.ts';

const executable = findRedisServer(process.env);

/** Runs a scenario with processes. Expects that it violates no rule, and that each subscriber receives its final state. */
async function runProcesses(scenario: Scenario, options: Omit<ProcessOptions, 'executable'>): Promise<Run> {
  const environment = createProcessEnvironment({ executable: scenario.cluster && executable, ...options });
  const run = await simulate(scenario, environment);
  expect(checkReal(run, scenario).slice(0, 10)).toEqual([]);
  const finished = streamsOf(run.log).filter(({ end, events }) => end === 'complete' && events.at(-1)?.isFinished);
  expect(new Set(finished.map(({ client }) => client)).size).toBe(scenario.clients.length);
  return run;
}

/** Number of polls while all clients are served. */
const polls = ({ requests }: Run): number => requests.filter(({ sentAt }) => sentAt > 0).length;

/** The gateways that were killed while they polled a key, and after which another one polled it. */
function replacedOwners({ log, requests }: Run): number[] {
  return log
    .filter((entry): entry is Entry & { type: 'stop' } => entry.type === 'stop')
    .filter(({ at, epoch }) =>
      ['A', 'B', 'C'].some((key) => {
        const own = requests.filter((request) => request.key === key && request.outcome === 200);
        const next = own.find(({ sentAt }) => sentAt > at);
        return own.findLast(({ sentAt }) => sentAt < at)?.epoch === epoch && next && next.epoch !== epoch;
      }),
    )
    .map(({ epoch }) => epoch);
}

describe.skipIf(!executable)('replicas with a Redis server', { timeout: 240_000 }, () => {
  test('3 replicas poll as often as one for 300 subscribers of 30 jobs of 3 keys', async () => {
    const load = { duration: 90_000, jobs: 16_000, subscribers: 300 };
    // Slow enough that the load of the machine delays few polls.
    const env = { WATCH_PREDICTION_FASTEST_SECONDS: '1.2', WATCH_PREDICTION_SLOWEST_SECONDS: '1.5' };
    const [one, three] = await Promise.all([
      runProcesses(manySubscribers(load), { env, begin: 'clients' }),
      runProcesses(manySubscribers({ ...load, cluster: { replicas: 3, faults: [] } }), { env, begin: 'clients' }),
    ]);

    expect(polls(one)).toBeGreaterThan(200);
    expect(Math.abs(polls(three) / polls(one) - 1), `${polls(three)} and ${polls(one)} polls`).toBeLessThan(0.05);
  });

  const load = { duration: 150_000, jobs: 45_000, subscribers: 90 };
  const run = (faults: readonly ClusterFault[]) =>
    runProcesses(manySubscribers({ ...load, cluster: { replicas: 3, faults } }), {});

  test('faults of replicas, the network and the server lose no event and no stream', async () => {
    const [kills] = await Promise.all([
      run([
        { what: 'kill', replica: 0, at: 8_000, lasts: 0 },
        { what: 'kill', replica: 1, at: 16_000, lasts: 0 },
        { what: 'kill', replica: 2, at: 24_000, lasts: 0 },
        { what: 'partition', replica: 0, at: 30_000, lasts: 8_000 },
        { what: 'partition', replica: 1, at: 40_000, lasts: 1_000 },
      ]),
      run([
        { what: 'flush', replica: 0, at: 8_000, lasts: 0 },
        { what: 'restart', replica: 0, at: 12_000, lasts: 3_000 },
        { what: 'freeze', replica: 0, at: 20_000, lasts: 10_000 },
        { what: 'failover', replica: 0, at: 36_000, lasts: 0 },
        { what: 'flush', replica: 0, at: 40_000, lasts: 0 },
      ]),
    ]);

    expect(replacedOwners(kills).length).toBeGreaterThan(0);
  });
});
