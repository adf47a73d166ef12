import type { BackoffOptions } from './backoff.ts';

/**
 * Kinds of read errors.
 *
 * - `transient`: the next read may succeed.
 * - `inconclusive`: the request was not sent, or its error does not concern the job.
 * - `unconfirmed`: the error may be final, for example because the job is gone; a second such error confirms it.
 * - `final`: no later read can succeed.
 */
export type ErrorKind = 'transient' | 'inconclusive' | 'unconfirmed' | 'final';

/** Classification of read errors. */
export interface ErrorPolicy {
  /** @param wasRead True if an earlier read succeeded, or the source is known to exist. */
  readonly classifyError: (error: unknown, wasRead: boolean) => ErrorKind;
  /** Returns the `Retry-After` of a read error, in milliseconds; undefined if there is none. */
  readonly retryAfter: (error: unknown) => number | undefined;
}

/** A job to watch. */
export interface Job<State, Key> extends ErrorPolicy {
  /** Key that is returned with every event. */
  readonly key: Key;
  /** Unique name among the jobs and lists of its credential. */
  readonly name: string;
  readonly pace: Pick<BackoffOptions, 'fastest' | 'slowest'>;
  /** True if the job is known to exist before the first read. @default false */
  readonly isKnown?: boolean;
  /** The list that contains the job. @default the job is only read by itself */
  readonly list?: JobList<State, Key>;
  /** The last state, if the job is known to have finished. It is emitted without a poll. @default unknown */
  readonly lastState?: () => LastState<State> | undefined;
  /** Reads the last state from elsewhere than the upstream, if {@link lastState} does not know it. Never rejects. */
  readonly findLastState?: () => Promise<LastState<State> | undefined>;
  /** True if the job was just deleted. @default false */
  readonly isDeleted?: () => boolean;
  /**
   * Reads the job once.
   *
   * @param signal Aborts when the result is no longer needed.
   * @param labels Those of its listeners. @default unknown
   */
  readonly read: (signal: AbortSignal, labels?: Iterable<unknown>) => Promise<State>;
  /** Combines a row of the list with the state known before. Undefined if the row does not show the state of the job. */
  readonly fromRow?: (row: State, known: State | undefined) => ListedState<State> | undefined;
  /** True for the last state. */
  readonly isFinished: (state: State) => boolean;
  /** True if a state seems to be older than another one. @default never */
  readonly isOlder?: (state: State, than: State) => boolean;
  /** True if two states differ in a way that is visible to clients. */
  readonly isChange: (before: State, after: State) => boolean;
  /** Returns the maximum interval after a successful read, in milliseconds; undefined to use the backoff only. */
  readonly maxWait?: () => number | undefined;
}

/** The last known state of a job. */
export interface LastState<State> {
  readonly state: State;
  /** Time at which it was read. */
  readonly checkedAt: Date;
}

/** The state of a job in a row of its list. */
export interface ListedState<State> {
  readonly state: State;
  /** True if reading the job would add nothing; undefined if that is not known yet. */
  readonly isComplete: boolean | undefined;
  /** True if the row seems to be older than the known state. @default false */
  readonly isOlder?: boolean;
}

/** A list of jobs, read in pages. */
export interface JobList<State, Key> extends ErrorPolicy {
  readonly key: Key;
  /** Unique name among the jobs and lists of its credential. */
  readonly name: string;
  /** Time between two complete reads for its followers, in milliseconds. */
  readonly interval: number;
  /**
   * Reads the page at a cursor; undefined: the first page.
   *
   * @param labels Those of the listeners of its jobs. @default unknown
   */
  readonly readPage: (
    cursor: string | undefined,
    signal: AbortSignal,
    labels?: Iterable<unknown>,
  ) => Promise<JobPage<State>>;
  /** True once the completeness of rows can be judged, because jobs were read by themselves. */
  readonly isReady: () => boolean;
  readonly jobOf: (row: State) => Job<State, Key>;
}

export interface JobPage<State> {
  /** The readable rows, by the names of their jobs. */
  readonly rows: ReadonlyMap<string, State>;
  /** True if a row shows the state of its job; undefined if the page has no readable rows. */
  readonly showsState: boolean | undefined;
  /** Cursor of the next page; undefined after the last one. */
  readonly next: string | undefined;
}
