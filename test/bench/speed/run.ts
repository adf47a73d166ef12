import { upstreamResponses } from './data.ts';
import { versionOf } from './install.ts';
import {
  CHANGING_ROWS,
  type ChangingRow,
  capacityOf,
  compareResponses,
  countReads,
  DELAY,
  FAST_ROW_NAMES,
  FAST_ROWS,
  type FastRow,
  type Generator,
  type Measured,
  measure,
  queriesOf,
  responseOf,
  SLOW_ROW,
  startGenerator,
  type Times,
} from './measure.ts';
import { BARE, type Peer } from './peers.ts';
import type { QueryName } from './queries.ts';
import { type Server, startServer } from './servers.ts';
import { startStub, startUpstream, type Upstream } from './upstreams.ts';
import { measureWatching, type Watching, type WatchingPlan } from './watching.ts';

/** Number of rounds and duration of each measurement. */
export interface Plan {
  rounds: number;
  /** Warm-up of each server and query, before the first round. */
  warming: Times;
  /** Warm-up with the slow upstream, in milliseconds. */
  slowWarmUp: number;
  /** Times of each measurement. */
  each: Times;
  watching: WatchingPlan;
}

/** Measurements of one server. */
export interface ServerMeasurements {
  title: string;
  /** Packages with versions. */
  packages: string[];
  /** Upstream requests of a single response. */
  reads: Partial<Record<QueryName, number>>;
  /** One entry per round. */
  fast: Record<FastRow, Measured[]>;
  slow: Measured[];
  /** With an upstream whose responses all differ. */
  changing: Record<ChangingRow, Measured[]>;
  /** Time from start to first response, in milliseconds, one entry per start. */
  startedIn: number[];
  /** Resident memory before and after all measurements, in bytes. */
  idleMemory: number;
  memory: number;
  /** Measured only for the gateway: the others have no subscriptions for jobs. */
  watching?: Watching;
}

export interface Measurements {
  upstream: { name: string /** Responses per second to the load generator directly. */; capacity: number };
  servers: Record<string, ServerMeasurements>;
  /** Reasons for missing servers, by name. */
  missing: Record<string, string>;
}

type Step = (what: string) => void;

/** Measures the servers in alternation, so that a disturbance of the machine affects all of them. */
export async function run(peers: readonly Peer[], plan: Plan, step: Step): Promise<Measurements> {
  const started: { stop(): Promise<void> }[] = [];
  const track = <Process extends { stop(): Promise<void> }>(process: Process): Process => {
    started.push(process);
    return process;
  };
  try {
    const generator = track(startGenerator());
    const upstream = track(await startUpstream());
    const slowUpstream = track(await startStub(DELAY));
    const changingUpstream = track(await startStub(0, { changing: true }));
    const missing: Record<string, string> = {};
    const servers: Server[] = [];
    for (const peer of peers) {
      step(`starting ${peer.name}`);
      const model = servers.find(({ peer }) => peer === BARE);
      try {
        await peer.prepare?.();
        const server = track(await startServer(peer, upstream.url));
        if (model) await compareResponses(server, model);
        servers.push(server);
      } catch (error) {
        if (!peer.packages) throw error;
        [missing[peer.name] = ''] = String(error instanceof Error ? error.message : error).split('\n');
        step(`${peer.name} is omitted: ${missing[peer.name]}`);
      }
    }
    const found = new Map<Server, ServerMeasurements>();
    for (const server of servers) found.set(server, await beginning(server, upstream));
    await measureSlow(found, { generator, upstream: slowUpstream }, plan, step);
    await measureChanging(found, { generator, upstream: changingUpstream }, plan, step);
    await measureFast(found, { generator, upstream }, plan, step);
    for (const [server, what] of found) what.memory = server.usage().rss;
    const [path = '/'] = Object.keys(upstreamResponses()).filter((path) => path.endsWith('/trainings'));
    const { perSecond } = await capacityOf({ generator, upstream }, path, plan.each);
    for (const [{ peer }, what] of found) {
      if (!peer.program) continue;
      step(`subscriptions of ${peer.name}`);
      what.watching = await measureWatching(peer.program, plan.watching);
    }
    return {
      upstream: { name: upstream.name, capacity: perSecond },
      servers: Object.fromEntries([...found].map(([{ peer }, what]) => [peer.name, what])),
      missing,
    };
  } finally {
    await Promise.all(started.map((process) => process.stop()));
  }
}

async function beginning(server: Server, upstream: Upstream): Promise<ServerMeasurements> {
  const idleMemory = server.usage().rss;
  await responseOf(server, 'Q2');
  return {
    title: server.peer.title,
    packages: (server.peer.packages ?? []).map((name) => `${name} ${versionOf(name)}`),
    reads: await countReads(server, upstream),
    fast: { Q1: [], Q2: [], Q3: [], Q4: [], sharedKey: [], newKeys: [], single: [] },
    slow: [],
    changing: { Q2: [], Q3: [] },
    startedIn: [server.startedIn],
    idleMemory,
    memory: 0,
  };
}

interface Bench {
  generator: Generator;
  upstream: Upstream;
}

/** Measures each server with the slow upstream, in a new process. */
async function measureSlow(
  found: ReadonlyMap<Server, ServerMeasurements>,
  bench: Bench,
  plan: Plan,
  step: Step,
): Promise<void> {
  for (let round = 0; round < plan.rounds; round++) {
    for (const [{ peer }, what] of found) {
      step(`round ${round + 1}: ${peer.name}, upstream of ${DELAY} ms`);
      const server = await startServer(peer, bench.upstream.url);
      try {
        what.startedIn.push(server.startedIn);
        what.slow.push(await measure(bench, server, SLOW_ROW, { ...plan.each, warmUp: plan.slowWarmUp }));
      } finally {
        await server.stop();
      }
    }
  }
}

/** Like {@link measureSlow}, with the upstream whose responses all differ. */
async function measureChanging(
  found: ReadonlyMap<Server, ServerMeasurements>,
  bench: Bench,
  plan: Plan,
  step: Step,
): Promise<void> {
  for (let round = 0; round < plan.rounds; round++) {
    for (const [{ peer }, { changing }] of found) {
      step(`round ${round + 1}: ${peer.name}, changing responses`);
      const server = await startServer(peer, bench.upstream.url);
      try {
        for (const name of CHANGING_ROWS.filter((name) => queriesOf(server).includes(name))) {
          const times = { ...plan.each, warmUp: plan.slowWarmUp };
          changing[name].push(await measure(bench, server, FAST_ROWS[name], times));
        }
      } finally {
        await server.stop();
      }
    }
  }
}

async function measureFast(
  found: ReadonlyMap<Server, ServerMeasurements>,
  bench: Bench,
  plan: Plan,
  step: Step,
): Promise<void> {
  for (const [server] of found) {
    step(`warming up ${server.peer.name}`);
    for (const name of queriesOf(server)) await measure(bench, server, FAST_ROWS[name], plan.warming);
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const name of FAST_ROW_NAMES) {
      step(`round ${round + 1}: ${name}`);
      for (const [server, { fast }] of found) {
        if (rowsOf(server).includes(name)) fast[name].push(await measure(bench, server, FAST_ROWS[name], plan.each));
      }
    }
  }
}

const rowsOf = (server: Server): FastRow[] =>
  FAST_ROW_NAMES.filter((name) => queriesOf(server).includes(FAST_ROWS[name].query));
