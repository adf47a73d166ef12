import { type Backoff, createBackoff } from './backoff.ts';
import type { Block } from './budget.ts';
import { type JobEvent, type Listener, NotReadYetError, OutageTooLongError, type StateEvent } from './events.ts';
import type { Job, ListedState } from './source.ts';

/** Order in which due polls are sent: the lowest number first. */
export const PRIORITY = {
  /** After a write, or while a request waits for the job. */
  urgent: 0,
  /** No state is known yet. */
  first: 1,
  /** A list shows a change, but not all of it. */
  changed: 2,
  routine: 3,
} as const;

export type Priority = (typeof PRIORITY)[keyof typeof PRIORITY];

export interface WatchedJobOptions<State> {
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Time for which the machine was awake, in milliseconds. */
  awakeNow: () => number;
  /** Returns a random number in [0, 1), for the jitter. */
  random: () => number;
  /** Maximum age of a state while polls fail, in milliseconds; then the job ends with an error. */
  maxOutage: number;
  /** Called with the last state. */
  onFinished?: (state: State) => void;
}

/** A page of a list, with the watched jobs that it contained when it was last read. */
export interface ListedPage<State, Key> {
  readonly cursor: string | undefined;
  readonly jobs: Set<WatchedJob<State, Key>>;
  /** True while it is read in place of its jobs. */
  isReading: boolean;
}

/** Consecutive failed polls. */
interface Failure {
  readonly since: Date;
  /** Time of the first one, in milliseconds. */
  readonly at: number;
  /** Error of the last one. */
  error: unknown;
  /** True if the upstream has requested a pause. */
  isLimited: boolean;
}

/** Time after which overdue or missing states are reported, in milliseconds. */
const REPORT_DELAY = 3_000;
/** Maximum interval before the read that confirms an error, in milliseconds. */
const CONFIRMATION_DELAY = 2_000;

/** A job, its listeners, and what is known about it. */
export class WatchedJob<State, Key> {
  readonly source: Job<State, Key>;
  readonly listeners = new Set<Listener<State, Key>>();
  /** The page of its list on which it was last seen. */
  page: ListedPage<State, Key> | undefined;
  /** Time until which it is not looked for in its list, in milliseconds. */
  unlistedUntil = Number.NEGATIVE_INFINITY;
  /** Aborts the pending read. */
  reading: AbortController | undefined;
  /** Time of the next poll, in milliseconds. */
  dueAt: number;
  /** Position among the jobs of its first listener: one job of each listener is read before the others. */
  readonly position: number;
  /** Creation of this object, in milliseconds. */
  readonly #joinedAt: number;
  /** Number of requests that wait for the job. */
  waiting = 0;
  /** Time at which it is removed, in milliseconds, unless a listener joins before. */
  expiresAt = Number.POSITIVE_INFINITY;
  readonly #options: WatchedJobOptions<State>;
  readonly #backoff: Backoff;
  readonly #notified = new WeakSet<Listener<State, Key>>();
  #isWoken = false;
  /** A change in a row of the list that is incomplete. */
  #listed: { readonly state: State; readonly polledAt: number } | undefined;
  #interval = 0;
  #hasChanged = false;
  /** Time of the last poll, in milliseconds. */
  #scheduledAt: number;
  #event: StateEvent<State, Key> | undefined;
  /** Start of the poll that returned the state, in milliseconds. */
  #polledAt = Number.NEGATIVE_INFINITY;
  /** Time of the last successful poll, while the machine was awake, in milliseconds. */
  #checkedAt: number;
  /** Start of the time that counts as an outage, while the machine was awake, in milliseconds. */
  #outageFrom: number;
  /** The failures since the last successful poll. */
  #failure: Failure | undefined;
  #isUnconfirmed = false;

  constructor(source: Job<State, Key>, position: number, options: WatchedJobOptions<State>) {
    this.source = source;
    this.position = position;
    this.#options = options;
    this.#backoff = createBackoff({ ...source.pace, random: options.random });
    this.dueAt = options.monotonicNow();
    this.#joinedAt = this.dueAt;
    this.#scheduledAt = this.dueAt;
    this.#checkedAt = options.awakeNow();
    this.#outageFrom = this.#checkedAt;
  }

  get state(): State | undefined {
    return this.#event?.state;
  }

  /** True once a poll has succeeded. */
  get isRead(): boolean {
    return this.#event !== undefined;
  }

  get priority(): Priority {
    if (this.#isWoken || this.waiting > 0) return PRIORITY.urgent;
    if (!this.#event) return PRIORITY.first;
    return this.#listed ? PRIORITY.changed : PRIORITY.routine;
  }

  /** True if a page of the list cannot replace the next read. */
  get needsRead(): boolean {
    return this.#isWoken || this.waiting > 0 || this.#listed !== undefined || this.#isUnconfirmed;
  }

  /** Time since the last poll, relative to the interval: above 1, the next one is late. */
  lateness(now: number): number {
    return (now - this.#scheduledAt) / Math.max(1, this.#interval);
  }

  /** Rank among routine polls: the time since the last poll, relative to the interval of a job that changes. */
  rank(now: number): number {
    return (now - this.#scheduledAt) / (this.#hasChanged ? this.#interval : this.source.pace.slowest);
  }

  /** Adds a listener. It receives the known state at once, and the next one soon if that is old. */
  join(listener: Listener<State, Key>): void {
    this.listeners.add(listener);
    this.expiresAt = Number.POSITIVE_INFINITY;
    if (!this.#event) return;
    listener.put(this.source.name, this.#event);
    if (this.#age > this.#interval) this.dueAt = Math.min(this.dueAt, this.#options.monotonicNow());
  }

  /** Polls the job at once. If a read is pending, polls once more after it. */
  wake(): void {
    this.#backoff.reset();
    this.#isWoken = true;
    this.dueAt = this.#options.monotonicNow();
  }

  /** Called when a read starts. */
  startRead(): AbortController {
    this.#isWoken = false;
    this.reading = new AbortController();
    return this.reading;
  }

  /**
   * Takes the result of a read.
   *
   * @param polledAt Start of the read, in milliseconds.
   * @returns True if the job has finished.
   */
  onRead(state: State, polledAt: number): boolean {
    this.reading = undefined;
    const isFinished = this.source.isFinished(state);
    // A page that was requested later has arrived before.
    if (polledAt < this.#polledAt && !isFinished) this.#schedule();
    else this.#apply(state, polledAt, this.source.maxWait?.());
    return isFinished;
  }

  /**
   * Takes a row of the list.
   *
   * @param polledAt Start of the request of its page, in milliseconds.
   * @returns True if the job has finished.
   */
  onRow({ state, isComplete }: ListedState<State>, polledAt: number): boolean {
    if (polledAt < this.#polledAt || this.#isWoken) return false;
    const isFinished = this.source.isFinished(state);
    const isNews = !this.#event || isFinished || this.source.isChange(this.#event.state, state);
    if (isNews && !isComplete) {
      // The job is read before the event.
      this.#listed = { state, polledAt };
      this.dueAt = Math.min(this.dueAt, this.#options.monotonicNow());
      return false;
    }
    this.#apply(state, polledAt);
    return isFinished;
  }

  /** Takes an error of a read. @returns True if the job ends with it. */
  onError(error: unknown): boolean {
    this.reading = undefined;
    const { source } = this;
    const kind = source.classifyError(error, this.isRead || source.isKnown === true);
    if (kind === 'final' || (kind === 'unconfirmed' && this.#isUnconfirmed)) {
      this.#endWith(error);
      return true;
    }
    this.#isUnconfirmed = kind === 'unconfirmed';
    if (kind === 'transient') this.#recordFailure(error);
    this.#schedule(kind === 'unconfirmed' ? CONFIRMATION_DELAY : undefined);
    return false;
  }

  /**
   * Reports that the state is overdue or missing because polls fail or are on hold. Ends the job with an error if that has
   * lasted too long.
   *
   * @param block The hold or outage that stops all polls of the credential.
   * @returns Time of the next report, in milliseconds; undefined if the job has ended.
   */
  report(block: Block | undefined): number | undefined {
    const failure = this.#failure;
    if (!failure && !block) return Number.POSITIVE_INFINITY;
    const { awakeNow, maxOutage, monotonicNow } = this.#options;
    if (block?.reason === 'hold') this.#outageFrom = awakeNow();
    if (awakeNow() - this.#outageFrom >= maxOutage) {
      this.#endWith(new OutageTooLongError('polls failed for longer than the limit', { cause: failure?.error }));
      return undefined;
    }
    const wait = this.#event ? this.#reportStale(this.#event) : this.#reportMissing(block);
    return wait > 0 ? monotonicNow() + wait : Number.POSITIVE_INFINITY;
  }

  /** Ends the job with an error, unless its list has shown the last state. */
  #endWith(error: unknown): void {
    const listed = this.#listed;
    if (listed && this.source.isFinished(listed.state)) this.#apply(listed.state, listed.polledAt);
    else this.#emit({ key: this.source.key, error, wasSeen: this.isRead || this.source.isKnown === true });
  }

  get #age(): number {
    return this.#options.awakeNow() - this.#checkedAt;
  }

  /** @returns Time until the state is overdue, in milliseconds; 0 if it is. */
  #reportStale(event: StateEvent<State, Key>): number {
    const wait = this.#interval + REPORT_DELAY - this.#age;
    if (wait > 0) return wait;
    if (event.staleSince === undefined) {
      this.#event = { ...event, staleSince: event.checkedAt };
      this.#emit(this.#event);
    }
    return 0;
  }

  /** @returns Time until the listeners should know, in milliseconds; 0 if they do. */
  #reportMissing(block: Block | undefined): number {
    const failure = this.#failure;
    const { monotonicNow } = this.#options;
    const isLong = block !== undefined && block.remaining >= REPORT_DELAY;
    const wait = isLong ? 0 : (failure?.at ?? this.#joinedAt) + REPORT_DELAY - monotonicNow();
    if (wait > 0) return wait;
    const listeners = [...this.listeners].filter((listener) => !this.#notified.has(listener));
    if (listeners.length === 0) return 0;
    for (const listener of listeners) this.#notified.add(listener);
    const reason = block?.reason ?? (failure?.isLimited ? 'hold' : 'outage');
    const since = failure && (!block || failure.since < block.since) ? failure.since : block?.since;
    const error = new NotReadYetError(
      reason,
      since ?? new Date(this.#options.now()),
      Math.max(block?.remaining ?? 0, this.dueAt - monotonicNow(), 0),
    );
    this.#emit({ key: this.source.key, error, wasSeen: this.source.isKnown === true }, listeners);
    return 0;
  }

  #recordFailure(error: unknown): void {
    const { now, monotonicNow, awakeNow } = this.#options;
    const isLimited = this.source.retryAfter(error) !== undefined;
    // A pause that the upstream requests is not an outage.
    if (isLimited) this.#outageFrom = awakeNow();
    this.#failure ??= { since: new Date(now()), at: monotonicNow(), error, isLimited };
    this.#failure.error = error;
    this.#failure.isLimited ||= isLimited;
  }

  #apply(state: State, polledAt: number, maxWait?: number): void {
    const before = this.#event;
    const { now, awakeNow } = this.#options;
    const event = { key: this.source.key, state, checkedAt: new Date(now()) };
    const isChange = before !== undefined && this.source.isChange(before.state, state);
    this.#event = event;
    this.#polledAt = polledAt;
    this.#checkedAt = awakeNow();
    this.#outageFrom = this.#checkedAt;
    this.#failure = undefined;
    this.#isUnconfirmed = false;
    this.#listed = undefined;
    if (isChange) {
      this.#hasChanged = true;
      this.#backoff.reset();
    }
    this.#schedule(maxWait);
    if (this.source.isFinished(state)) this.#options.onFinished?.(state);
    if (!before || before.staleSince || isChange || this.source.isFinished(state)) this.#emit(event);
  }

  #schedule(maxWait = Number.POSITIVE_INFINITY): void {
    this.#interval = Math.min(this.#backoff.next(), maxWait);
    this.#scheduledAt = this.#options.monotonicNow();
    this.dueAt = this.#scheduledAt + (this.#isWoken ? 0 : this.#interval);
  }

  #emit(event: JobEvent<State, Key>, listeners: Iterable<Listener<State, Key>> = this.listeners): void {
    for (const listener of [...listeners]) listener.put(this.source.name, event);
  }
}
