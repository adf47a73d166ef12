import type { ErrorPolicy, Job, JobList } from '../../../src/jobs/source.ts';
import type { Sleep } from '../../../src/util/timers.ts';
import type { Scenario } from './scenario.ts';

/** State of a simulated prediction: the number of its changes so far. */
export interface State {
  readonly id: string;
  readonly phase: number;
  /** Fills the state to the size of a prediction with a prompt and an image. */
  readonly detail: string;
}

/** The running and finished predictions of one key. Times are milliseconds of the simulation. */
export interface JobSource {
  /** Number of requests so far. */
  readonly reads: { single: number; page: number };
  /** Starts a job, as the first one of the list. */
  start(id: string, startAt: number, endAt: number): void;
  /** Time of a change of a job. */
  changedAt(id: string, phase: number): number;
  job(id: string): Job<State, string>;
}

export interface JobSourceOptions {
  scenario: Scenario;
  /** Time since the start of the simulation, in milliseconds. */
  time: () => number;
  /** Waits on behalf of the upstream. */
  pause: Sleep;
}

/** Rows of a page of the upstream. */
const PAGE_SIZE = 20;
/** Time until a response, in milliseconds. */
const LATENCY = 30;
/** Rows of the list, the oldest of which are dropped. */
const MAX_ROWS = 400;
const DETAIL = 'x'.repeat(400);

const errorPolicy: ErrorPolicy = { classifyError: () => 'final', retryAfter: () => undefined };

/** Creates an upstream whose list shows all fields, newest first. */
export function createJobSource({ scenario: { changes }, time, pause }: JobSourceOptions): JobSource {
  const spans = new Map<string, { startAt: number; endAt: number }>();
  const ids: string[] = [];
  const reads = { single: 0, page: 0 };
  let hasRead = false;

  const stateOf = (id: string): State => {
    const { startAt = 0, endAt = 0 } = spans.get(id) ?? {};
    const share = (time() - startAt) / (endAt - startAt);
    return { id, phase: Math.min(changes, Math.floor(share * changes)), detail: DETAIL };
  };
  const list: JobList<State, string> = {
    ...errorPolicy,
    key: 'list',
    name: 'list',
    interval: 15_000,
    isReady: () => hasRead,
    jobOf: ({ id }) => job(id),
    async readPage(cursor, signal) {
      reads.page++;
      await pause(LATENCY, signal);
      const from = cursor === undefined ? 0 : ids.indexOf(cursor) + 1;
      const page = ids.slice(from, from + PAGE_SIZE);
      const next = from + PAGE_SIZE < ids.length ? page.at(-1) : undefined;
      return { rows: new Map(page.map((id) => [id, stateOf(id)])), showsState: true, next };
    },
  };
  const job = (id: string): Job<State, string> => ({
    ...errorPolicy,
    key: id,
    name: id,
    list,
    pace: { fastest: 1_000, slowest: 5_000 },
    async read(signal) {
      reads.single++;
      await pause(LATENCY, signal);
      hasRead = true;
      return stateOf(id);
    },
    fromRow: (state) => ({ state, isComplete: true }),
    isFinished: ({ phase }) => phase === changes,
    isChange: (before, after) => before.phase !== after.phase,
  });

  return {
    reads,
    start(id, startAt, endAt) {
      spans.set(id, { startAt, endAt });
      ids.unshift(id);
      for (const old of ids.splice(MAX_ROWS)) spans.delete(old);
    },
    changedAt(id, phase) {
      const { startAt = Number.NaN, endAt = Number.NaN } = spans.get(id) ?? {};
      return startAt + ((endAt - startAt) * phase) / changes;
    },
    job,
  };
}
