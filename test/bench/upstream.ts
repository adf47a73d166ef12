import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCalls, sharedClock } from './calls.ts';
import { DONE, FIRST_VERSION, fractionOf } from './jobs.ts';

/**
 * An upstream of trainings that change only when they are told to. It counts who looks at them, and notes when a change
 * was made and when it was first told.
 */

/** When something happened to one version of a job, in milliseconds of the shared clock. */
export interface Told {
  changedAt: number;
  /** When the first response that tells of it was sent. */
  toldAt: number;
}

class Training {
  version = FIRST_VERSION;
  /** How many of the next looks find a change; the last of them finds the training completed. */
  armed = 0;
  readonly changedAt = new Map<number, number>();
  readonly toldAt = new Map<string, number>();

  change(version = this.version + 1): number {
    this.version = version;
    this.changedAt.set(version, sharedClock());
    return version;
  }
}

class Reader {
  readonly looks = new Map<string, number>();
  readonly perSecond: number[] = [];
  total = 0;
  /** Looks that are not answered yet, while answers are held back. */
  held: (() => void)[] | undefined;

  count(id: string): void {
    this.total++;
    this.looks.set(id, (this.looks.get(id) ?? 0) + 1);
    const second = Math.floor((sharedClock() - startedAt) / 1_000);
    this.perSecond[second] = (this.perSecond[second] ?? 0) + 1;
  }
}

/** Changes of some jobs, each made when the job is looked at, with a distance between them. */
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

  see(job: string, training: Training): void {
    const now = sharedClock();
    if (!this.#jobs.has(job) || this.#changes.length === this.#times || now - this.#last < this.#distance) return;
    this.#last = now;
    this.#changes.push({ job, version: training.change() });
    if (this.#changes.length === this.#times) this.#onDone();
  }
}

interface SeriesOptions {
  jobs: readonly string[];
  /** The least time between two changes, in milliseconds. */
  distance: number;
  times: number;
}

let series: Series | undefined;
const startedAt = sharedClock();
const trainings = new Map<string, Training>();
const readers = new Map<string, Reader>();

const trainingOf = (id: string): Training => remembered(trainings, id, () => new Training());
const readerOf = (key: string): Reader => remembered(readers, key, () => new Reader());

function remembered<Value>(known: Map<string, Value>, name: string, make: () => Value): Value {
  const value = known.get(name) ?? make();
  known.set(name, value);
  return value;
}

function answer(response: ServerResponse, key: string, id: string): void {
  const training = trainingOf(id);
  if (training.armed > 0) {
    training.armed--;
    training.change(training.armed === 0 ? DONE : undefined);
  }
  series?.see(id, training);
  const { version } = training;
  const body = JSON.stringify({
    status: version === DONE ? 'completed' : 'processing',
    triggerWord: 'FJA90AB',
    progress: fractionOf(version),
  });
  const place = `${key} ${version}`;
  if (!training.toldAt.has(place)) training.toldAt.set(place, sharedClock());
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
    if (reader.held) reader.held.push(() => answer(response, key, id));
    else answer(response, key, id);
  }
});
server.keepAliveTimeout = 120_000;

const calls = {
  /** Begins to listen; where. */
  async listen() {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Changes jobs now; which version each has from now on. */
  change: ({ jobs }: { jobs: readonly string[] }) =>
    Object.fromEntries(jobs.map((id) => [id, trainingOf(id).change()])),
  /** Changes these jobs whenever they are looked at, so many times in all; resolves with the changes. */
  async changeWhenSeen(options: SeriesOptions) {
    series = new Series(options);
    await series.done;
    return series.changes;
  },
  /** The next looks at these jobs find a change each, the last of them the end. How often each was looked at before. */
  arm({ key, jobs, changes }: { key: string; jobs: readonly string[]; changes: number }) {
    for (const id of jobs) trainingOf(id).armed = changes;
    return jobs.map((id) => readerOf(key).looks.get(id) ?? 0);
  },
  /** When a version was told first with this key. */
  told: ({ key, job, version }: { key: string; job: string; version: number }): Told => ({
    changedAt: trainingOf(job).changedAt.get(version) ?? Number.NaN,
    toldAt: trainingOf(job).toldAt.get(`${key} ${version}`) ?? Number.NaN,
  }),
  /** How often was looked with this key so far. */
  looks({ key }: { key: string }) {
    const { total, looks, perSecond } = readerOf(key);
    return { total, perJob: Object.fromEntries(looks), perSecond: Array.from(perSecond, (count) => count ?? 0) };
  },
  /** Holds all answers to this key back, until they are released. */
  hold({ key }: { key: string }) {
    readerOf(key).held ??= [];
  },
  /** Sends what was held back; how many answers. */
  release({ key }: { key: string }) {
    const reader = readerOf(key);
    const held = reader.held ?? [];
    reader.held = undefined;
    for (const send of held) send();
    return held.length;
  },
};

export type UpstreamCalls = typeof calls;

answerCalls(calls);
