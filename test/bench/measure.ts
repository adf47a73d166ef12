import { setTimeout } from 'node:timers/promises';
import { globalIdOf, type Viewers } from './jobs.ts';
import { type Clients, type Naive, type Program, type Upstream, type Usage, usageOf } from './processes.ts';
import type { VersionTimes } from './upstream.ts';

/** The measurements of `bench:fan-out`, one function each. Times are in milliseconds, sizes in bytes. */

/** The processes of a measurement. */
export interface Bench {
  upstream: Upstream;
  clients: Clients;
  gateway: Program;
  /** API key of the gateway's upstream requests. */
  key: string;
  /** Name of the group of viewers. */
  audience: string;
}

/** Waits while a rate is measured, or for an event at a known time. */
const during = (milliseconds: number): Promise<void> => setTimeout(milliseconds);

const jobsOf = (viewers: readonly Viewers[]): string[] => viewers.map(({ job }) => job);
const countOf = (viewers: readonly Viewers[]): number => viewers.reduce((sum, { viewers }) => sum + viewers, 0);

/** Starts all subscriptions and waits for the first event of each. Returns the elapsed time and the gateway's CPU time. */
export async function subscribe(
  { clients, gateway, audience }: Bench,
  { viewers, sockets }: { viewers: readonly Viewers[]; sockets: number },
) {
  const [before, begunAt] = [gateway.usage(), performance.now()];
  await clients.call('open', { audience, url: gateway.socketUrl, sockets, viewers });
  const took = performance.now() - begunAt;
  return { took, cpuPerSubscription: (gateway.usage().cpu - before.cpu) / countOf(viewers) };
}

/** Runs the code that will be measured, so that it is compiled and pools are open. Its viewers leave afterwards. */
export async function warmUp(
  bench: Bench,
  { viewers, sockets, changes }: { viewers: readonly Viewers[]; sockets: number; changes: number },
) {
  const warming = { ...bench, audience: `${bench.audience} warming` };
  await subscribe(warming, { viewers, sockets });
  for (let change = 0; change < changes; change++) await changeAll(warming, jobsOf(viewers));
  await bench.clients.call('close', { audience: warming.audience });
  await during(GRACE_PERIOD);
}

/** Longer than the grace period in which the gateway polls without viewers. */
const GRACE_PERIOD = 3_500;

/** Changes jobs, triggers their polls, and waits until all viewers have the change. */
export async function changeAll(
  { upstream, clients, gateway, audience }: Bench,
  jobs: readonly string[],
): Promise<void> {
  const versions = await upstream.call('change', { jobs });
  for (const job of jobs) await triggerPoll(gateway, job);
  await clients.call('delivered', { audience, versions });
}

/** Writes to a job through the gateway, which triggers its poll. */
async function triggerPoll(gateway: Program, job: string): Promise<void> {
  const query = 'mutation ($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }';
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { id: globalIdOf(job) } }),
  });
  const text = await response.text();
  if (!response.ok || text.includes('"errors"'))
    throw new Error(`Expected a result without errors, got ${text.slice(0, 300)}`);
}

/** Upstream requests per second of each key, measured over the same period. */
export async function steadyRates(upstream: Upstream, keys: readonly string[], milliseconds: number) {
  const total = () => Promise.all(keys.map(async (key) => (await upstream.call('reads', { key })).total));
  const [before, begunAt] = [await total(), performance.now()];
  await during(milliseconds);
  const after = await total();
  const seconds = (performance.now() - begunAt) / 1_000;
  return after.map((count, index) => (count - (before[index] ?? 0)) / seconds);
}

/** Delivery of one change to all viewers of one job. */
export interface FanOut {
  viewers: number;
  /** Time from the upstream's response with the change to the first and the last viewer's event. */
  first: number;
  last: number;
}

/** Time between changes; longer than the delivery of one to all viewers. */
const DISTANCE = 250;

/** Makes `times` changes in total, one job after the other, and measures the delivery of each to all viewers of the job. */
export async function fanOut(
  { upstream, clients, gateway, key, audience }: Bench,
  { jobs, times }: { jobs: readonly string[]; times: number },
) {
  const before = gateway.usage();
  const made = await upstream.call('changeOnRead', { jobs, distance: DISTANCE, times });
  const changes = await Promise.all(
    made.map(async ({ job, version }): Promise<FanOut> => {
      const [delivery] = await clients.call('delivered', { audience, versions: { [job]: version } });
      const { reportedAt } = await upstream.call('versionTimes', { key, job, version });
      if (!delivery) throw new Error(`No viewer received the change of ${job}.`);
      return { viewers: delivery.viewers, first: delivery.first - reportedAt, last: delivery.last - reportedAt };
    }),
  );
  const events = changes.reduce((sum, { viewers }) => sum + viewers, 0);
  return { changes, events, cpuPerEvent: (gateway.usage().cpu - before.cpu) / events };
}

/** Delivery of a simultaneous change of all jobs. */
export interface Burst {
  events: number;
  /** Time from the first response with a change to the last event. */
  last: number;
  /** Time from the first such response to the last: the duration of the polls. */
  polled: number;
  /** Longest delivery of one job's change, from its response to the last of its viewers. */
  slowest: number;
  gateway: Share;
  clients: Share;
}

/** CPU usage of a process during a measurement. */
export interface Share {
  /** CPU time of all threads. */
  cpu: number;
  /** Share of the time in which its main thread ran, from 0 to 1. */
  main: number;
  /** Share of the time in which its main thread waited for a processor. */
  waited: number;
}

/** Longer than the poll interval after a change, so that every job is polled at least once in this time. */
const MAX_POLL_INTERVAL = 2_600;

/**
 * Changes every job while the upstream holds its responses back, until each job is being polled, and then releases all
 * responses at once.
 */
async function burst(bench: Bench, jobs: readonly string[]): Promise<Burst> {
  const { upstream, clients, gateway, key, audience } = bench;
  await upstream.call('hold', { key });
  await during(MAX_POLL_INTERVAL);
  const versions = await upstream.call('change', { jobs });
  const delivered = clients.call('delivered', { audience, versions });
  const used = [gateway.usage(), usageOf(clients.pid)] as const;
  const begunAt = performance.now();
  await upstream.call('release', { key });
  const deliveries = await delivered;
  const took = performance.now() - begunAt;
  const versionTimes: VersionTimes[] = await Promise.all(
    Object.entries(versions).map(([job, version]) => upstream.call('versionTimes', { key, job, version })),
  );
  const firstReported = Math.min(...versionTimes.map(({ reportedAt }) => reportedAt));
  return {
    events: deliveries.reduce((sum, { viewers }) => sum + viewers, 0),
    last: Math.max(...deliveries.map(({ last }) => last)) - firstReported,
    polled: Math.max(...versionTimes.map(({ reportedAt }) => reportedAt)) - firstReported,
    slowest: Math.max(...deliveries.map(({ last }, index) => last - (versionTimes[index]?.reportedAt ?? Number.NaN))),
    gateway: share(used[0], gateway.usage(), took),
    clients: share(used[1], usageOf(clients.pid), took),
  };
}

const share = (before: Usage, after: Usage, took: number): Share => ({
  cpu: after.cpu - before.cpu,
  main: (after.main - before.main) / took,
  waited: (after.waited - before.waited) / took,
});

/** Repeats {@link burst}. */
export async function bursts(bench: Bench, jobs: readonly string[], repetitions: number): Promise<Burst[]> {
  // After a change, all jobs are polled at the shortest interval.
  await changeAll(bench, jobs);
  const found: Burst[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) found.push(await burst(bench, jobs));
  return found;
}

/** Closes all viewers, and measures the gateway's remaining requests and memory. */
export async function leave(bench: Bench, milliseconds: number) {
  await bench.clients.call('close', { audience: bench.audience });
  await during(GRACE_PERIOD);
  const [rate = Number.NaN] = await steadyRates(bench.upstream, [bench.key], milliseconds);
  return { rate, memory: await bench.gateway.memory() };
}

/**
 * Changes every job a number of times, the last change being its completion, and counts reads and events: a measurement
 * that does not depend on time.
 */
export async function countToTheEnd(
  bench: Bench,
  { viewers, sockets, changes }: { viewers: readonly Viewers[]; sockets: number; changes: number },
) {
  const { upstream, clients, key, audience } = bench;
  await subscribe(bench, { viewers, sockets });
  const scheduledChanges = await upstream.call('scheduleChanges', { key, jobs: jobsOf(viewers), changes });
  await clients.call('completed', { audience, streams: countOf(viewers) });
  const { perJob } = await upstream.call('reads', { key });
  const counts = await clients.call('counts', { audience });
  await clients.call('close', { audience });
  return {
    /** Upstream reads of each job. */
    reads: jobsOf(viewers).map((job, index) => (perJob[job] ?? 0) - (scheduledChanges[index] ?? 0)),
    /** Events received, including the initial ones. */
    ...counts,
  };
}

/** Measures the naive server, in which each subscription has its own timer. */
export async function measureNaive(
  {
    upstream,
    upstreamUrl,
    clients,
    naive,
  }: { upstream: Upstream; upstreamUrl: string; clients: Clients; naive: Naive },
  { viewers, sockets, milliseconds }: { viewers: readonly Viewers[]; sockets: number; milliseconds: number },
) {
  const [key, audience] = ['naive', 'naive'];
  const subscriptions = countOf(viewers);
  const url = await naive.call('listen', { upstream: upstreamUrl, key });
  const open = (of: readonly Viewers[], name: string) =>
    clients.call('open', { audience: name, url: `${url.replace('http', 'ws')}/graphql`, sockets, viewers: of });
  await open(
    viewers.map(({ job }) => ({ job, viewers: 1 })),
    'naive warming',
  );
  await during(1_000);
  await clients.call('close', { audience: 'naive warming' });
  await naive.call('collect');
  const idle = usageOf(naive.pid).rss;
  await open(viewers, audience);
  const before = { usage: usageOf(naive.pid), ...(await clients.call('counts', { audience })) };
  const [rate = Number.NaN] = await steadyRates(upstream, [key], milliseconds);
  const after = { usage: usageOf(naive.pid), ...(await clients.call('counts', { audience })) };
  await naive.call('collect');
  const bytesPerSubscription = (usageOf(naive.pid).rss - idle) / subscriptions;
  await clients.call('close', { audience });
  const events = after.events - before.events;
  return {
    subscriptions,
    milliseconds,
    rate,
    bytesPerSubscription,
    eventRate: events / (milliseconds / 1_000),
    cpuPerEvent: (after.usage.cpu - before.usage.cpu) / events,
    main: (after.usage.main - before.usage.main) / milliseconds,
  };
}
