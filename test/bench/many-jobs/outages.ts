import { sharedClock } from '../calls.ts';
import type { Fault } from './account.ts';
import { type Bench, type BenchOptions, patience, pause, withBench } from './bench.ts';
import { peak, type Row, rowOf } from './rows.ts';
import { create, execute, idsOf, open, openAndRead, predictionId, secondsBetween } from './watching.ts';

/** Upstreams that fail or hang. */

/** Period of which the GETs are counted as a burst, in milliseconds. */
const BURST = 100;
async function readTimes({ upstream }: Bench, since: number): Promise<number[]> {
  const { single, list } = await upstream.call('reads', { since });
  return [...single, ...list];
}

/** GETs at the end of an outage that many keys wait for, compared with those in an equal period before it. */
const outageRow = (options: BenchOptions, fault: Fault): Promise<Row> =>
  withBench(options, async (bench) => {
    const { plan } = options;
    const { clients, upstream } = bench;
    const keys = idsOf('key', plan.keys);
    const jobs = idsOf('p', plan.jobsPerKey);
    for (const key of keys) {
      await create(bench, { key, predictions: jobs });
      await open(bench, key, { key, ids: jobs.map(predictionId) });
    }
    for (const name of keys) await clients.call('started', { name, within: patience(jobs.length) });
    await pause(plan.settle);

    const steadyFrom = sharedClock();
    await pause(plan.observed);
    const steady = await readTimes(bench, steadyFrom);
    await upstream.call('fault', { fault });
    await pause(plan.outage);
    const endedAt = sharedClock();
    await upstream.call('fault', {});
    await pause(plan.observed);
    const after = await readTimes(bench, endedAt);

    const perSecond = steady.length / (plan.observed / 1_000);
    const kind = fault === 'hang' ? 'in which polls hang' : 'with status 503';
    return rowOf(`most GETs in 0.1 s and in 1 s after an outage ${kind}, ${plan.keys} keys × ${plan.jobsPerKey} jobs`, {
      values: [peak(after, BURST), peak(after, 1_000)],
      targets: [2 * peak(steady, BURST), 2 * peak(steady, 1_000)],
      unit: 'GETs',
      note: `before it: ${peak(steady, BURST)} and ${peak(steady, 1_000)} at most, ${perSecond.toFixed(1)} per second on average; ${after.length} after it`,
    });
  });

export const outage = (options: BenchOptions): Promise<Row> => outageRow(options, '503');
export const hangingOutage = (options: BenchOptions): Promise<Row> => outageRow(options, 'hang');

/** Response time of a plain query while many polls of the same key hang. Rows without status, so that each job is polled. */
export const hangingPolls = (options: BenchOptions): Promise<Row> =>
  withBench(
    options,
    async (bench) => {
      const { hanging, settle } = options.plan;
      const jobs = idsOf('p', hanging);
      await create(bench, { predictions: jobs });
      await openAndRead(bench, 'dashboard', jobs.map(predictionId));
      await bench.upstream.call('fault', { fault: 'hang' });
      await pause(settle / 2);
      const begunAt = sharedClock();
      await execute(bench, '{ models { nodes { id } } }');
      return rowOf(`a plain query of a key with ${hanging} hanging polls`, {
        values: [secondsBetween(begunAt, sharedClock())],
        targets: [1],
        unit: 's',
      });
    },
    { lists: { rows: 'none' } },
  );
