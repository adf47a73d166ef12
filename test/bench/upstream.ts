import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveCalls, sharedClock } from './calls.ts';
import { DONE, FIRST_VERSION, fractionOf } from './jobs.ts';

/**
 * Upstream with trainings that change only on command. It counts their reads, and records the times of each change and
 * of the first response with it.
 */

/** Times of one version of a job, in milliseconds of the shared clock. */
export interface VersionTimes {
  changedAt: number;
  /** Time of the first response with this version. */
  reportedAt: number;
}

class Training {
  version = FIRST_VERSION;
  /** Number of next reads that each return a change; the last one returns a completed training. */
  scheduledChanges = 0;
  readonly changedAt = new Map<number, number>();
  readonly reportedAt = new Map<string, number>();

  change(version = this.version + 1): number {
    this.version = version;
    this.changedAt.set(version, sharedClock());
    return version;
  }
}

class Reader {
  readonly reads = new Map<string, number>();
  readonly perSecond: number[] = [];
  total = 0;
  /** Reads whose responses are held back; undefined if responses are not held back. */
  held: (() => void)[] | undefined;

  count(id: string): void {
    this.total++;
    this.reads.set(id, (this.reads.get(id) ?? 0) + 1);
    const second = Math.floor((sharedClock() - startedAt) / 1_000);
    this.perSecond[second] = (this.perSecond[second] ?? 0) + 1;
  }
}

/** Changes of some jobs, each made during a read of the job, with a minimum time between them. */
class Series {
  readonly #jobs: ReadonlySet<string>;
  readonly #distance: number;
  readonly #times: number;
  readonly #changes: { job: string; version: number }[] = [];
  #last = 0;
  #onDone: () => void = () => {};
  readonly done = new Promise<void>((resolve) => {
    this.#onDone = resolve;
  });

  constructor({ jobs, distance, times }: SeriesOptions) {
    this.#jobs = new Set(jobs);
    this.#distance = distance;
    this.#times = times;
  }

  get changes(): readonly { job: string; version: number }[] {
    return this.#changes;
  }

  onRead(job: string, training: Training): void {
    const now = sharedClock();
    if (!this.#jobs.has(job) || this.#changes.length === this.#times || now - this.#last < this.#distance) return;
    this.#last = now;
    this.#changes.push({ job, version: training.change() });
    if (this.#changes.length === this.#times) this.#onDone();
  }
}

interface SeriesOptions {
  jobs: readonly string[];
  /** Minimum time between two changes, in milliseconds. */
  distance: number;
  times: number;
}

let series: Series | undefined;
const startedAt = sharedClock();
const trainings = new Map<string, Training>();
const readers = new Map<string, Reader>();

const trainingOf = (id: string): Training => getOrCreate(trainings, id, () => new Training());
const readerOf = (key: string): Reader => getOrCreate(readers, key, () => new Reader());

function getOrCreate<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  const value = map.get(name) ?? make();
  map.set(name, value);
  return value;
}

function sendTraining(response: ServerResponse, key: string, id: string): void {
  const training = trainingOf(id);
  if (training.scheduledChanges > 0) {
    training.scheduledChanges--;
    training.change(training.scheduledChanges === 0 ? DONE : undefined);
  }
  series?.onRead(id, training);
  const { version } = training;
  const body = JSON.stringify({
    status: version === DONE ? 'completed' : 'processing',
    triggerWord: 'FJA90AB',
    progress: fractionOf(version),
  });
  const entry = `${key} ${version}`;
  if (!training.reportedAt.has(entry)) training.reportedAt.set(entry, sharedClock());
  response.end(body);
}

const server = createServer((request, response) => {
  const [, id, action] = /\/models\/[^/]+\/trainings\/([^/?]+)(\/cancel)?$/.exec(request.url ?? '') ?? [];
  response.setHeader('content-type', 'application/json');
  if (id === undefined) {
    response.writeHead(404).end('{}');
  } else if (action) {
    request.resume();
    response.end('{}');
  } else {
    const key = String(request.headers['x-api-key']);
    const reader = readerOf(key);
    reader.count(id);
    if (reader.held) reader.held.push(() => sendTraining(response, key, id));
    else sendTraining(response, key, id);
  }
});
server.keepAliveTimeout = 120_000;

const calls = {
  /** Starts listening, and returns the URL. */
  async listen() {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Changes jobs immediately, and returns the new version of each. */
  change: ({ jobs }: { jobs: readonly string[] }) =>
    Object.fromEntries(jobs.map((id) => [id, trainingOf(id).change()])),
  /** Changes these jobs when they are read, `times` in total; resolves with the changes. */
  async changeOnRead(options: SeriesOptions) {
    series = new Series(options);
    await series.done;
    return series.changes;
  },
  /** Makes the next reads of these jobs return a change each, the last one the completion. Returns earlier read counts. */
  scheduleChanges({ key, jobs, changes }: { key: string; jobs: readonly string[]; changes: number }) {
    for (const id of jobs) trainingOf(id).scheduledChanges = changes;
    return jobs.map((id) => readerOf(key).reads.get(id) ?? 0);
  },
  /** Times of a version for this key. */
  versionTimes: ({ key, job, version }: { key: string; job: string; version: number }): VersionTimes => ({
    changedAt: trainingOf(job).changedAt.get(version) ?? Number.NaN,
    reportedAt: trainingOf(job).reportedAt.get(`${key} ${version}`) ?? Number.NaN,
  }),
  /** Numbers of reads with this key. */
  reads({ key }: { key: string }) {
    const { total, reads, perSecond } = readerOf(key);
    return { total, perJob: Object.fromEntries(reads), perSecond: Array.from(perSecond, (count) => count ?? 0) };
  },
  /** Holds back all responses for this key until `release`. */
  hold({ key }: { key: string }) {
    readerOf(key).held ??= [];
  },
  /** Sends the held responses, and returns their number. */
  release({ key }: { key: string }) {
    const reader = readerOf(key);
    const held = reader.held ?? [];
    reader.held = undefined;
    for (const send of held) send();
    return held.length;
  },
};

export type UpstreamCalls = typeof calls;

serveCalls(calls);
