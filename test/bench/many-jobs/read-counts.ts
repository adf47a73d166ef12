import { sharedClock } from '../calls.ts';
import { type Bench, type BenchOptions, KEY, patience, pause, withBench } from './bench.ts';
import { numberText, type Row, rowOf, worst } from './rows.ts';
import { create, idsOf, open, openAndRead, predictionId } from './watching.ts';

/** Numbers of GETs that subscribers cause. */

async function readsSince({ upstream }: Bench, key: string, since: number): Promise<number> {
  const { single, list } = await upstream.call('reads', { key, since });
  return single.length + list.length;
}

/** GETs for subscribers of a finished job, one after another. */
export const finishedJob = (options: BenchOptions): Promise<Row> =>
  withBench(options, async (bench) => {
    const { clients, upstream } = bench;
    await create(bench, { predictions: ['finished'] });
    await upstream.call('finish', { key: KEY, ids: ['finished'], over: 0 });
    let received = 0;
    for (let index = 0; index < options.plan.successors; index++) {
      const name = `successor ${index}`;
      await open(bench, name, { ids: [predictionId('finished')] });
      if (await clients.call('finished', { name, within: patience(1) })) received++;
      await clients.call('close', { name });
    }
    const row = rowOf(`GETs for ${options.plan.successors} subscribers of a finished job, one after another`, {
      values: [await readsSince(bench, KEY, 0)],
      targets: [2],
      unit: 'GETs',
      note: `${received} received the final event`,
    });
    return { ...row, ok: row.ok && received === options.plan.successors };
  });

/** Number of jobs that all subscribers watch. */
const SHARED_JOBS = 20;
/** Greatest difference of the counts, relative to that of one subscriber: intervals have a random part. */
const TOLERANCE = 0.15;

/** GETs for one and for many subscribers of the same jobs in the same time, each number with a key of its own. */
export const equalReads = (options: BenchOptions): Promise<Row> =>
  withBench(options, async (bench) => {
    const { settle, spread, subscribers } = options.plan;
    const jobs = idsOf('p', SHARED_JOBS);
    const ids = jobs.map(predictionId);
    const keys = subscribers.map((count) => ({ key: `subscribers${count}`, count }));
    for (const { key } of keys) await create(bench, { key, predictions: jobs });
    for (const { key, count } of keys) {
      await open(bench, key, { ids, key, streams: Array.from({ length: count }, () => ids) });
    }
    for (const { key } of keys) await bench.clients.call('started', { name: key, within: patience(SHARED_JOBS) });
    await pause(settle);
    const since = sharedClock();
    await pause(spread);
    const counts = await Promise.all(keys.map(({ key }) => readsSince(bench, key, since)));
    const [one = Number.NaN] = counts;
    const most = Math.ceil(one * (1 + TOLERANCE));
    return rowOf(
      `GETs for ${subscribers.join(', ')} subscribers of the same ${SHARED_JOBS} jobs, in ${numberText(spread / 1_000)} s`,
      { values: counts, targets: counts.map(() => most), unit: 'GETs' },
    );
  });

/** First event of the next subscriber, after a dashboard was reloaded repeatedly and closed. */
export const reloads = (options: BenchOptions): Promise<Row> =>
  withBench(options, async (bench) => {
    const { jobs, reloads, reloadAfter } = options.plan;
    const { clients } = bench;
    await create(bench, { predictions: [...idsOf('p', jobs), 'next'] });
    for (let reload = 0; reload <= reloads; reload++) {
      const name = `reload ${reload}`;
      await open(bench, name, { ids: idsOf('p', jobs).map(predictionId) });
      await pause(reloadAfter);
      await clients.call('close', { name });
    }
    const closedAt = sharedClock();
    await openAndRead(bench, 'next', [predictionId('next')]);
    const { jobs: times } = await clients.call('results', { name: 'next' });
    const abandoned = await readsSince(bench, KEY, closedAt);
    return rowOf(
      `first event of the next subscriber after ${reloads} reloads of a dashboard of ${jobs.toLocaleString('en')} jobs`,
      {
        values: [
          worst(times.map(({ subscribedAt, first = Number.POSITIVE_INFINITY }) => (first - subscribedAt) / 1_000)),
        ],
        targets: [1],
        unit: 's',
        note: `${abandoned} GETs from the last close to the event`,
      },
    );
  });
