import { setTimeout } from 'node:timers/promises';
import { sharedClock } from '../calls.ts';
import { predictionId } from '../many-jobs/watching.ts';
import { measureReactions, type Reactions } from './probes.ts';
import { openRedisMeter, type RedisUsage, usageBetween } from './redis-usage.ts';
import { type Bench, type Shape, type StartOptions, startBench } from './replicas.ts';
import { measureTakeovers, type Takeover } from './takeover.ts';
import { type Plan, untilAll, type WatchedKey, watchAll } from './watching.ts';

/** Redis and processors during a period. */
export interface Load {
  seconds: number;
  /** Undefined without Redis. */
  redis: RedisUsage | undefined;
  /** Share of one processor that each process of the gateway used. */
  cpu: readonly number[];
}

/** The measurements of one number of replicas or workers. Delays are in milliseconds. */
export interface RowResult {
  shape: Shape;
  /** Upstream GETs until all first events, then in each of the two periods. */
  gets: Record<'opening' | 'steady' | 'changing', number>;
  /** Those of single jobs; the others are pages of lists. */
  singleGets: number;
  /** The period until all first events. */
  opening: Load;
  /** The period without changes. */
  steady: Load;
  /** The period in which all jobs finish. */
  changing: Load;
  /** From the end of a job in the upstream to the event, for each subscriber. */
  delays: readonly number[];
  /** From the first upstream response that shows this end to the event. */
  deliveries: readonly number[];
  reactions: Reactions;
  takeovers: readonly Takeover[];
}

/** Measures one row with processes of its own. */
export async function measureRow(shape: Shape, plan: Plan, options: StartOptions): Promise<RowResult> {
  const bench = await startBench(shape, options);
  try {
    const reactions = await measureReactions(bench, plan.probes);
    const watched = await measureWatching(bench, plan);
    const canTakeOver = shape.kind === 'replicas' && shape.count > 1;
    const takeovers = canTakeOver ? await measureTakeovers(bench, plan.takeovers) : [];
    return { shape, ...watched, reactions, takeovers };
  } finally {
    await bench.stop();
  }
}

async function measureWatching(bench: Bench, plan: Plan) {
  const { upstream, clients } = bench;
  const beganAt = sharedClock();
  let keys: readonly WatchedKey[] = [];
  const dashboardsOf = () => keys.flatMap(({ dashboards }) => dashboards);
  const opening = await measureLoad(bench, async () => {
    keys = await watchAll(bench, plan);
    await untilAll(bench, 'started', dashboardsOf());
  });
  const openAt = sharedClock();
  const steady = await measureLoad(bench, () => setTimeout(plan.period));
  const finishingAt = sharedClock();
  let times: Readonly<Record<string, number>> = {};
  const changing = await measureLoad(bench, async () => {
    times = await finishAll(bench, keys, plan.period);
    await untilAll(bench, 'finished', dashboardsOf());
  });
  const names = new Set(keys.map(({ key }) => key));
  const reads = (await upstream.call('reads', { since: beganAt })).filter(({ key }) => names.has(key));
  const between = (from: number, to: number) => reads.filter(({ at }) => at >= from && at < to).length;
  const gets = {
    opening: between(beganAt, openAt),
    steady: between(openAt, finishingAt),
    changing: between(finishingAt, Number.POSITIVE_INFINITY),
  };
  const singleGets = reads.filter(({ id }) => id !== undefined).length;
  const delays: number[] = [];
  const deliveries: number[] = [];
  for (const { key, ids, dashboards } of keys) {
    const reported = await upstream.call('reported', { key, ids });
    const jobs = new Map(ids.map((id) => [predictionId(id), id]));
    for (const { name } of dashboards) {
      for (const { id, final = Number.POSITIVE_INFINITY } of (await clients.call('results', { name })).jobs) {
        const job = jobs.get(id) ?? '';
        delays.push(final - (times[job] ?? Number.NaN));
        deliveries.push(final - (reported[job] ?? Number.NaN));
      }
      await clients.call('close', { name });
    }
  }
  return { gets, singleGets, opening, steady, changing, delays, deliveries };
}

/** Completes the jobs of all keys. @returns The time of each. */
async function finishAll({ upstream }: Bench, keys: readonly WatchedKey[], over: number) {
  const times = await Promise.all(keys.map(({ key, ids }) => upstream.call('finish', { key, ids, over })));
  return Object.assign({}, ...times) as Record<string, number>;
}

/** Measures Redis and the gateways while something happens. */
async function measureLoad({ redisUrl, replicas }: Bench, during: () => Promise<unknown>): Promise<Load> {
  const meter = redisUrl === undefined ? undefined : await openRedisMeter(redisUrl);
  const cpuOf = () => replicas.flatMap((replica) => replica.cpu());
  const before = await meter?.read();
  const [beganAt, cpu] = [sharedClock(), cpuOf()];
  await during();
  const milliseconds = sharedClock() - beganAt;
  const used = cpuOf().map((after, index) => (after - (cpu[index] ?? 0)) / milliseconds);
  const after = await meter?.read();
  meter?.close();
  return {
    seconds: milliseconds / 1_000,
    redis: before && after && usageBetween(before, after),
    cpu: used,
  };
}
