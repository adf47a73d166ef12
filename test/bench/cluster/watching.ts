import { idsOf, predictionId } from '../many-jobs/watching.ts';
import type { Bench, Replica } from './replicas.ts';

/** The subscriptions of one row. */

/** Maximum time to wait for events, in milliseconds. */
const PATIENCE = 60_000;

/** Sizes of a row. */
export interface Plan {
  jobs: number;
  keys: number;
  subscribers: number;
  /** Duration of the period without changes, and of the one in which the jobs finish, in milliseconds. */
  period: number;
  /** Number of first polls and of wakes that are measured for each replica. */
  probes: number;
  /** Number of owners that are killed. */
  takeovers: number;
}

/** One key, and the dashboards of its subscribers: one for each replica. */
export interface WatchedKey {
  key: string;
  ids: readonly string[];
  dashboards: readonly Dashboard[];
}

export interface Dashboard {
  name: string;
  replica: Replica;
}

/** Distributes the jobs over the keys, and the subscribers over jobs and replicas, and opens all streams. */
export async function watchAll(bench: Bench, { jobs, keys, subscribers }: Plan): Promise<WatchedKey[]> {
  return await Promise.all(
    Array.from({ length: keys }, (_, index) =>
      watchKey(bench, `key${index}`, {
        jobs: partOf(jobs, keys, index),
        subscribers: partOf(subscribers, keys, index),
      }),
    ),
  );
}

/** Size of one of several parts of a number, which differ by one at most. */
export const partOf = (total: number, parts: number, index: number): number =>
  Math.floor(total / parts) + (index < total % parts ? 1 : 0);

/** Creates a key with running jobs, and opens a stream for each subscriber of one of them. */
export async function watchKey(
  { upstream, clients, replicas }: Bench,
  key: string,
  { jobs, subscribers }: { jobs: number; subscribers: number },
): Promise<WatchedKey> {
  const ids = idsOf(`${key}-`, jobs);
  await upstream.call('create', { key, predictions: ids });
  const streams = new Map<Replica, string[][]>();
  for (let index = 0; index < subscribers; index++) {
    const id = ids[index % jobs];
    // All subscribers of a job on different replicas, as behind a load balancer.
    const replica = replicas[(Math.floor(index / jobs) + index) % replicas.length];
    if (id !== undefined && replica) streams.set(replica, [...(streams.get(replica) ?? []), [predictionId(id)]]);
  }
  const dashboards = await Promise.all(
    [...streams].map(async ([replica, streams]) => {
      const name = `${key} of ${replica.name}`;
      await clients.call('open', { name, url: replica.socketUrl, apiKey: key, streams });
      return { name, replica };
    }),
  );
  return { key, ids, dashboards };
}

/** Waits for the first or final events of dashboards. @throws Error if one is missing. */
export async function untilAll(
  { clients }: Bench,
  event: 'started' | 'finished',
  dashboards: readonly Dashboard[],
): Promise<void> {
  for (const { name } of dashboards) {
    if (await clients.call(event, { name, within: PATIENCE })) continue;
    const { errors } = await clients.call('results', { name });
    throw new Error(`Expected events of all jobs of ${name}. Errors: ${errors.slice(0, 3).join('; ')}`);
  }
}
