import { setTimeout } from 'node:timers/promises';
import { sharedClock } from '../calls.ts';
import { median } from '../many-jobs/rows.ts';
import { idsOf, predictionId, trainingId } from '../many-jobs/watching.ts';
import { LATENCY } from './latency.ts';
import type { Bench, Replica } from './replicas.ts';
import type { Read } from './upstream.ts';

/** How soon the replica that polls reacts to what happens on each of the replicas. Times are in milliseconds. */
export interface Reactions {
  /** From the subscription to the first event, without the time of the upstream: the median of the slowest replica. */
  firstEvent: number;
  /** From the end of a cancellation in the upstream to the next poll: the median of the slowest replica. */
  wake: number;
}

const KEY = 'probed';

/** Measures both for each replica, with jobs of one key, so that all replicas but one have another owner. */
export async function measureReactions(bench: Bench, probes: number): Promise<Reactions> {
  const { upstream, prober, replicas } = bench;
  const jobs = replicas.length * probes;
  const [predictions, trainings] = [idsOf('first-', jobs + 1), idsOf('wake-', jobs)];
  await upstream.call('create', { key: KEY, predictions, trainings });
  // Starts the polls of this key, which is not measured.
  await subscribe(bench, replicas[0], predictionId(predictions[jobs] ?? ''));
  const firstEvents: number[] = [];
  const wakes: number[] = [];
  for (const [index, replica] of replicas.entries()) {
    const part = (ids: readonly string[]) => ids.slice(index * probes, (index + 1) * probes);
    const other = replicas[(index + 1) % replicas.length];
    firstEvents.push(median(await oneByOne(part(predictions), (id) => firstEventOf(bench, replica, id))));
    wakes.push(median(await oneByOne(part(trainings), (id) => wakeOf(bench, { id, on: replica, watchedOn: other }))));
  }
  await prober.call('close');
  return { firstEvent: Math.max(...firstEvents), wake: Math.max(...wakes) };
}

async function oneByOne<Result>(ids: readonly string[], measure: (id: string) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const id of ids) results.push(await measure(id));
  return results;
}

/** Subscribes to a job, and waits for its first event. @returns The time between both. */
async function subscribe({ prober }: Bench, replica: Replica | undefined, id: string): Promise<number> {
  const { subscribedAt, firstAt } = await prober.call('probe', { url: replica?.socketUrl ?? '', apiKey: KEY, id });
  return firstAt - subscribedAt;
}

async function readsOf({ upstream }: Bench, id: string, since: number): Promise<Read[]> {
  const reads = await upstream.call('reads', { key: KEY, since });
  return reads.filter((read) => read.id === id);
}

const firstEventOf = async (bench: Bench, replica: Replica, id: string): Promise<number> =>
  (await subscribe(bench, replica, predictionId(id))) - LATENCY;

const CANCEL = 'mutation ($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }';

async function wakeOf(
  bench: Bench,
  { id, on, watchedOn }: { id: string; on: Replica; watchedOn: Replica | undefined },
): Promise<number> {
  await subscribe(bench, watchedOn, trainingId(id));
  const response = await fetch(`${on.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': KEY },
    body: JSON.stringify({ query: CANCEL, variables: { id: trainingId(id) } }),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"')) throw new Error(`Expected a canceled training, got ${text}`);
  const canceledAt = (await bench.upstream.call('canceled', { key: KEY, id })) ?? Number.NaN;
  // The response to a poll that arrives just before shows the cancellation, too, and is the last one of the job.
  const read = await waitForRead(async () => (await readsOf(bench, id, canceledAt - LATENCY))[0]);
  return read ? Math.max(0, read.at - canceledAt) : Number.POSITIVE_INFINITY;
}

/** Maximum time to wait for a poll, in milliseconds. */
const PATIENCE = 20_000;
/** Time between two looks, in milliseconds. The time of a read is the one that the upstream has recorded. */
const LOOK_INTERVAL = 20;

/** Looks for a read until there is one. @returns Undefined if there is none for a long time. */
export async function waitForRead(find: () => Promise<Read | undefined>): Promise<Read | undefined> {
  const end = sharedClock() + PATIENCE;
  while (sharedClock() < end) {
    const read = await find();
    if (read) return read;
    await setTimeout(LOOK_INTERVAL);
  }
  return undefined;
}
