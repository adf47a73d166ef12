import { sharedClock } from '../calls.ts';
import { waitForRead } from './probes.ts';
import type { Bench } from './replicas.ts';
import { untilAll, watchKey } from './watching.ts';

/** A change of the owner. Times are seconds since the old one was killed. */
export interface Takeover {
  /** Until the first poll of another replica. */
  poll: number;
  /** Until the last subscriber of the other replicas has the final event of a job that finished meanwhile. */
  event: number;
}

const JOBS = 5;

/** Kills the owner of a new key a number of times, and starts it again each time. */
export async function measureTakeovers(bench: Bench, times: number): Promise<Takeover[]> {
  const takeovers: Takeover[] = [];
  for (let time = 0; time < times; time++) takeovers.push(await measureTakeover(bench, `takeover${time}`));
  return takeovers;
}

async function measureTakeover(bench: Bench, key: string): Promise<Takeover> {
  const { upstream, clients, replicas } = bench;
  const { ids, dashboards } = await watchKey(bench, key, { jobs: JOBS, subscribers: JOBS * replicas.length });
  await untilAll(bench, 'started', dashboards);
  const before = await upstream.call('reads', { key });
  const owner = replicas.find(({ name }) => name === before.at(-1)?.from);
  if (!owner) throw new Error(`Expected a replica that polls the jobs of ${key}, got none.`);

  const killedAt = sharedClock();
  await owner.stop();
  await upstream.call('finish', { key, ids, over: 0 });
  const read = await waitForRead(async () =>
    (await upstream.call('reads', { key, since: killedAt })).find(({ from }) => from !== owner.name),
  );
  const others = dashboards.filter(({ replica }) => replica !== owner);
  await untilAll(bench, 'finished', others);
  const finals = await Promise.all(
    others.map(async ({ name }) => (await clients.call('results', { name })).jobs.map(({ final }) => final)),
  );
  for (const { name } of dashboards) await clients.call('close', { name });
  await bench.restart(owner);
  const secondsSince = (at = Number.POSITIVE_INFINITY) => (at - killedAt) / 1_000;
  return { poll: secondsSince(read?.at), event: Math.max(...finals.flat().map(secondsSince)) };
}
