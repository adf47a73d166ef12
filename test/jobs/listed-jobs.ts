import type { JobEvent } from '../../src/jobs/events.ts';
import { type Events, Schedule, type ScheduleOptions } from '../../src/jobs/schedule.ts';
import type { ErrorPolicy, Job, JobList } from '../../src/jobs/source.ts';
import { createClock } from '../support/clock.ts';

/** State of a job in these tests: a growing number; {@link LAST} is the last one. */
export interface State {
  readonly id: string;
  /** Undefined in rows of a list that shows no state. */
  readonly value?: number;
  /** Undefined in rows of a list whose rows are incomplete. */
  readonly detail?: string;
}

export const LAST = 100;

/** What the rows of the list contain. */
export type Rows = 'complete' | 'state' | 'id';

export interface ListedOptions extends Partial<ScheduleOptions<State>> {
  rows?: Rows;
  pageSize?: number;
}

/** A request to the upstream: a job's id, or the cursor of a page. */
export interface Request {
  readonly job?: string;
  readonly page?: string;
  readonly at: number;
}

export class HttpError extends Error {
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor(status: number, retryAfter?: number) {
    super(`status ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const errorPolicy: ErrorPolicy = {
  classifyError: (error) => (error instanceof HttpError && error.status === 404 ? 'unconfirmed' : 'transient'),
  retryAfter: (error) => (error instanceof HttpError ? error.retryAfter : undefined),
};

/** Creates a schedule over an in-memory upstream that has one list of jobs. */
export function startListed({ rows = 'complete', pageSize = 20, ...options }: ListedOptions = {}) {
  const clock = createClock();
  const { startTimer, now, monotonicNow } = clock;
  const startedAt = now();
  const requests: Request[] = [];
  /** The jobs, in the order of the list. */
  const jobs = new Map<string, number>();
  const upstream = { rows, pageFailure: undefined as unknown, jobFailure: undefined as unknown };
  let hasRead = false;
  const schedule = new Schedule<State, string>({
    perSecond: 20,
    concurrency: () => 1_000,
    startTimer,
    now,
    monotonicNow,
    random: () => 0.5,
    gracePeriod: 0,
    maxOutage: 60_000,
    ...options,
  });
  const detailsOf = (id: string): State => {
    const value = jobs.get(id);
    if (value === undefined) throw new HttpError(404);
    return { id, value, detail: `detail of ${id}` };
  };
  const rowOf = (id: string): State => {
    const { value = 0, detail = '' } = detailsOf(id);
    return { id, ...(upstream.rows !== 'id' && { value }), ...(upstream.rows === 'complete' && { detail }) };
  };
  const list: JobList<State, string> = {
    ...errorPolicy,
    key: 'list',
    name: 'list',
    interval: 15_000,
    isReady: () => hasRead,
    jobOf: ({ id }) => ({ ...job(id), isKnown: true }),
    async readPage(cursor) {
      requests.push({ page: cursor ?? '', at: now() - startedAt });
      await Promise.resolve();
      if (upstream.pageFailure !== undefined) throw upstream.pageFailure;
      const ids = [...jobs.keys()];
      const from = cursor === undefined ? 0 : ids.indexOf(cursor) + 1;
      const page = ids.slice(from, from + pageSize);
      return {
        rows: new Map(page.map((id) => [id, rowOf(id)])),
        showsState: page.length === 0 ? undefined : upstream.rows !== 'id',
        next: from + pageSize < ids.length ? page.at(-1) : undefined,
      };
    },
  };
  const job = (id: string): Job<State, string> => ({
    ...errorPolicy,
    key: id,
    name: id,
    list,
    pace: { fastest: 1_000, slowest: 5_000 },
    async read() {
      requests.push({ job: id, at: now() - startedAt });
      await Promise.resolve();
      if (upstream.jobFailure !== undefined) throw upstream.jobFailure;
      hasRead = true;
      return detailsOf(id);
    },
    fromRow: (row, known) =>
      row.value === undefined ? undefined : { state: { ...known, ...row }, isComplete: row.detail !== undefined },
    isFinished: ({ value }) => value === LAST,
    isChange: (before, after) => before.value !== after.value,
  });
  const listen = (ids: readonly string[]) => schedule.listen(ids.map(job));
  return {
    clock,
    schedule,
    jobs,
    upstream,
    requests,
    list,
    job,
    listen,
    /** Numbers of requests since the preceding call. */
    take() {
      const taken = requests.splice(0);
      return {
        jobs: taken.filter(({ job }) => job !== undefined).length,
        pages: taken.filter(({ page }) => page !== undefined).length,
      };
    },
  };
}

/** Reads all events of a stream. */
export function collect(events: Events<State, string>, onEvent: (event: JobEvent<State, string>) => void = () => {}) {
  const all: JobEvent<State, string>[] = [];
  const state = { all, isOver: false, values: () => all.map(textOf) };
  void (async () => {
    for await (const event of events) {
      all.push(event);
      onEvent(event);
    }
    state.isOver = true;
  })();
  return state;
}

const textOf = (event: JobEvent<State, string>) =>
  'state' in event ? `${event.state.id}=${event.state.value}` : `${event.key}: ${(event.error as Error).name}`;

/** Names of jobs. */
export const names = (count: number, prefix = 'job'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(5, '0')}`);
