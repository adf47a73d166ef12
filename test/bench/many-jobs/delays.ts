import { type Bench, type BenchOptions, KEY, patience, pause, withBench } from './bench.ts';
import { median, type Row, rowOf, worst } from './rows.ts';
import { create, idsOf, open, predictionId, secondsBetween } from './watching.ts';

/** Greatest median and worst delay of a final event, in seconds, for so many running predictions. */
const TARGETS: readonly { jobs: number; delays: readonly [median: number, worst: number] }[] = [
  { jobs: 200, delays: [3, 8] },
  { jobs: 1_000, delays: [5, 12] },
  { jobs: 5_000, delays: [10, 25] },
];

export interface Delays {
  /** Time until each job had its first event, in seconds. */
  opened: number;
  /** Requests per second while all jobs were running. */
  perSecond: number;
  /** Delays of the final events, in seconds. */
  delays: readonly number[];
  /** Number of final events whose job had not finished yet. */
  early: number;
  errors: readonly string[];
}

/** Watches predictions until they finish. @param spread Period over which they do, in milliseconds. */
export async function measureDelays(bench: Bench, spread: number): Promise<Delays> {
  const { upstream, clients, plan } = bench;
  const ids = idsOf('p', plan.jobs);
  const name = 'dashboard';
  await create(bench, { predictions: ids });
  const begunAt = performance.now();
  await open(bench, name, { ids: ids.map(predictionId) });
  const isOpen = await clients.call('started', { name, within: patience(plan.jobs) });
  const opened = isOpen ? (performance.now() - begunAt) / 1_000 : Number.POSITIVE_INFINITY;

  const [before, countedFrom] = [await requests(bench), performance.now()];
  await pause(plan.settle);
  const perSecond = ((await requests(bench)) - before) / ((performance.now() - countedFrom) / 1_000);

  const finishAt = await upstream.call('finish', { key: KEY, ids, over: spread });
  await clients.call('finished', { name, within: spread + patience(plan.jobs) });
  const { jobs, errors } = await clients.call('results', { name });
  const finals = new Map(jobs.map(({ id, final }) => [id, final]));
  const delays = ids.map((id) => secondsBetween(finishAt[id], finals.get(predictionId(id))));
  return { opened, perSecond, delays, early: delays.filter((delay) => delay < 0).length, errors };
}

async function requests({ upstream }: Bench): Promise<number> {
  const { single, list } = await upstream.call('reads', { key: KEY });
  return single.length + list.length;
}

/** Delay of final events, with jobs that finish one after the other, or all at once. */
export async function delayRow(options: BenchOptions, { isBurst }: { isBurst: boolean }): Promise<Row> {
  const { jobs, spread } = options.plan;
  const { opened, perSecond, delays, early, errors } = await withBench(options, (bench) =>
    measureDelays(bench, isBurst ? 0 : spread),
  );
  const target = TARGETS.find((target) => jobs <= target.jobs)?.delays;
  const facts = [
    `first events of all ${opened.toFixed(1)} s`,
    `${perSecond.toFixed(1)} GETs/s`,
    ...(early > 0 ? [`${early} events too early`] : []),
    ...(errors.length > 0 ? [`${errors.length} errors: ${errors[0]}`] : []),
  ];
  const row = rowOf(
    `${jobs.toLocaleString('en')} running predictions${isBurst ? ' that finish at once' : ''}: delay of the final event, median / worst`,
    {
      values: [median(delays), worst(delays)],
      ...(!isBurst && target && { targets: target }),
      unit: 's',
      note: facts.join(', '),
    },
  );
  return { ...row, ok: row.ok && early === 0 && errors.length === 0 };
}
