import { type Backoff, createBackoff } from './backoff.ts';
import type { Block } from './budget.ts';
import { type JobEvent, type Listener, NotReadYetError, OutageTooLongError, type StateEvent } from './events.ts';
import type { PollObserver } from './observer.ts';
import { PollHealth, type PollHealthOptions, REPORT_DELAY, type Trouble } from './poll-health.ts';
import type { Job, LastState, ListedState } from './source.ts';

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

export interface WatchedJobOptions<State> extends PollHealthOptions {
  /** Returns a random number in [0, 1), for the jitter. */
  random: () => number;
  /** Maximum duration of an outage, in milliseconds; then the job ends with an error. */
  maxOutage: number;
  /** Called with the last state. */
  onFinished?: (state: State) => void;
  observer?: Pick<PollObserver, 'onChange'>;
}

/** A page of a list, with the watched jobs that it contained when it was last read. */
export interface ListedPage<State, Key> {
  readonly cursor: string | undefined;
  readonly jobs: Set<WatchedJob<State, Key>>;
  /** True while it is read in place of its jobs. */
  isReading: boolean;
}

/** Time since the last poll from which a part of the state, in a row of a list, is better than nothing, in intervals. */
const LATE = 1.25;
/** Maximum interval before the read that confirms an error, in milliseconds. */
export const CONFIRMATION_DELAY = 2_000;

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
  /** Number of requests that wait for the job. */
  waiting = 0;
  /** Time at which it is removed, in milliseconds, unless a listener joins before. */
  expiresAt = Number.POSITIVE_INFINITY;
  readonly #options: WatchedJobOptions<State>;
  readonly #backoff: Backoff;
  readonly #health: PollHealth;
  readonly #notified = new WeakSet<Listener<State, Key>>();
  #isWoken = false;
  /** True if its row in the list did not replace a poll, for example because it is older than the known state. */
  #needsOwnRead = false;
  /** True if a page of the search was read in its place. Its next poll is a read of the job itself. */
  wasSearched = false;
  /** True once it was read, successfully or not. */
  wasTried = false;
  /** True if a listener has joined since the pending read began, and no state is known. */
  #hasJoined = false;
  /** True if an incomplete row of the list shows a change. */
  #hasListedChange = false;
  #interval = 0;
  #hasChanged = false;
  /** Time of the last poll, in milliseconds. */
  #scheduledAt: number;
  #event: StateEvent<State, Key> | undefined;
  /** Time at which the state arrived, in milliseconds. A request that was sent before may return an older one. */
  #arrivedAt = Number.NEGATIVE_INFINITY;
  #isUnconfirmed = false;

  constructor(
    source: Job<State, Key>,
    position: number,
    options: WatchedJobOptions<State>,
    known?: LastState<State> | undefined,
  ) {
    this.source = source;
    this.position = position;
    this.#options = options;
    const age = known ? Math.max(0, options.now() - known.checkedAt.getTime()) : 0;
    this.#health = new PollHealth(options, age);
    this.#backoff = createBackoff({ ...source.pace, random: options.random });
    this.dueAt = options.monotonicNow();
    this.#scheduledAt = this.dueAt - age;
    if (known) this.#event = { key: source.key, ...known };
  }

  /** Number of subscribers. */
  get subscribers(): number {
    let count = 0;
    for (const listener of this.listeners) count += listener.subscribers ?? 1;
    return count;
  }

  /** True if polls fail or are on hold, so that the state is overdue or missing. */
  isStale(block: Block | undefined): boolean {
    if (this.#event) return this.#event.staleSince !== undefined;
    return this.listeners.size > 0 && this.#health.trouble(block) !== undefined;
  }

  /** The current state; undefined before the first one. */
  get event(): StateEvent<State, Key> | undefined {
    return this.#event;
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
    return this.#hasListedChange ? PRIORITY.changed : PRIORITY.routine;
  }

  /** True if a page of the list cannot replace the next read. */
  get needsRead(): boolean {
    return this.#isWoken || this.waiting > 0 || this.#hasListedChange || this.#needsOwnRead || this.#isUnconfirmed;
  }

  /** True if the next poll is late, because the budget does not suffice. */
  isLate(now: number): boolean {
    return now - this.#scheduledAt > LATE * this.#interval;
  }

  /** Rank among routine polls: the time since the last poll, relative to the interval of a job that changes. */
  rank(now: number): number {
    return (now - this.#scheduledAt) / (this.#hasChanged ? this.#interval : this.source.pace.slowest);
  }

  /** Adds a listener. It receives the known state at once, and the next one soon if that is old. */
  join(listener: Listener<State, Key>): void {
    this.listeners.add(listener);
    this.expiresAt = Number.POSITIVE_INFINITY;
    if (!this.#event) {
      this.#hasJoined = this.reading !== undefined;
      return;
    }
    listener.put(this.source.name, this.#event);
    if (this.#health.age > this.#interval) this.dueAt = Math.min(this.dueAt, this.#options.monotonicNow());
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
    this.#needsOwnRead = false;
    this.wasSearched = false;
    this.wasTried = true;
    this.#hasJoined = false;
    this.#health.onStart();
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
    this.#health.onEnd();
    const isFinished = this.source.isFinished(state);
    if (polledAt >= this.#arrivedAt || isFinished) this.#apply(state, this.source.maxWait?.());
    else this.dueAt = this.#options.monotonicNow();
    return isFinished;
  }

  /** Makes the next poll a read of the job itself, because its page did not replace this poll. */
  requireRead(): void {
    this.#needsOwnRead = true;
  }

  /** Called when a page is read in place of the job. */
  startPage(): void {
    this.#health.onStart();
  }

  /** Called when a page that was read in place of the job does not contain it, or could not be read. */
  onPageEnd(error?: unknown): void {
    const { classifyError, retryAfter } = this.source;
    if (error !== undefined && classifyError(error, true) === 'transient')
      this.#health.onFailure(error, retryAfter(error) !== undefined);
    else if (!this.reading) this.#health.onEnd();
    this.dueAt = Math.min(this.dueAt, this.#options.monotonicNow());
  }

  /**
   * Takes a row of the list.
   *
   * @param polledAt Start of the request of its page, in milliseconds.
   * @returns True if the job has finished.
   */
  onRow({ state, isComplete, isOlder }: ListedState<State>, polledAt: number): boolean {
    if (!this.reading) this.#health.onEnd();
    if (polledAt < this.#arrivedAt || this.#isWoken) return false;
    if (isOlder) {
      this.#needsOwnRead = true;
      return false;
    }
    const event = this.#event;
    const isFinished = this.source.isFinished(state);
    const isNews = !event || isFinished || event.staleSince !== undefined || this.source.isChange(event.state, state);
    if (isComplete) this.#apply(state);
    else if (isNews) {
      // The job is read before the event.
      this.#hasListedChange = true;
      this.dueAt = Math.min(this.dueAt, this.#options.monotonicNow());
    } else {
      // Does not replace a read that adds more, unless those come too late.
      this.#confirm();
      if (this.isLate(this.#options.monotonicNow())) this.#schedule();
    }
    return isFinished && isComplete === true;
  }

  /** Takes an error of a read. @returns True if the job ends with it. */
  onError(error: unknown): boolean {
    this.reading = undefined;
    this.#health.onEnd();
    const { source } = this;
    // The read began before a write that may have changed its result.
    if (this.#isWoken) {
      this.#schedule();
      return false;
    }
    const kind = source.classifyError(error, this.isRead || source.isKnown === true);
    // The job may exist since the read began, which a listener that has joined since then can expect.
    if (kind === 'final' && this.#hasJoined && source.classifyError(error, true) !== 'final') {
      this.#needsOwnRead = true;
      this.#schedule(0);
      return false;
    }
    if (kind === 'final' || (kind === 'unconfirmed' && this.#isUnconfirmed)) {
      this.#endWith(error);
      return true;
    }
    this.#isUnconfirmed = kind === 'unconfirmed';
    if (kind === 'transient') this.#health.onFailure(error, source.retryAfter(error) !== undefined);
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
    const trouble = this.#health.trouble(block);
    if (!trouble) return Number.POSITIVE_INFINITY;
    if (this.#health.outage(block) >= this.#options.maxOutage) {
      this.#endWith(new OutageTooLongError('polls failed for longer than the limit', { cause: trouble.error }));
      return undefined;
    }
    const now = this.#options.monotonicNow();
    const overdueAt = now + this.#interval + REPORT_DELAY - this.#health.age;
    const reportAt = this.#event ? Math.max(overdueAt, this.#isPending ? trouble.reportAt : 0) : trouble.reportAt;
    if (reportAt - now >= 1) return reportAt;
    if (this.#event) this.#reportStale(this.#event);
    else this.#reportMissing(trouble, block);
    return Number.POSITIVE_INFINITY;
  }

  /** True while the job, or a page in its place, is read. */
  get #isPending(): boolean {
    return this.reading !== undefined || this.page?.isReading === true;
  }

  #endWith(error: unknown): void {
    this.#emit({ key: this.source.key, error, wasSeen: this.isRead || this.source.isKnown === true });
  }

  #reportStale(event: StateEvent<State, Key>): void {
    if (event.staleSince !== undefined) return;
    this.#event = { ...event, staleSince: event.checkedAt };
    this.#emit(this.#event);
  }

  /** Reports to each listener, once, that no state is known. */
  #reportMissing({ reason, since }: Trouble, block: Block | undefined): void {
    const listeners = [...this.listeners].filter((listener) => !this.#notified.has(listener));
    if (listeners.length === 0) return;
    for (const listener of listeners) this.#notified.add(listener);
    const wait = Math.max(block?.remaining ?? 0, this.dueAt - this.#options.monotonicNow(), 0);
    const error = new NotReadYetError(reason, since, wait);
    this.#emit({ key: this.source.key, error, wasSeen: this.source.isKnown === true }, listeners);
  }

  #apply(state: State, maxWait?: number): void {
    const before = this.#event;
    const event = { key: this.source.key, state, checkedAt: new Date(this.#options.now()) };
    const isChange = before !== undefined && this.source.isChange(before.state, state);
    this.#event = event;
    this.#arrivedAt = this.#options.monotonicNow();
    this.#hasListedChange = false;
    if (isChange) {
      this.#options.observer?.onChange(this.#options.monotonicNow() - this.#scheduledAt);
      this.#hasChanged = true;
      this.#backoff.reset();
    }
    this.#confirm();
    this.#schedule(maxWait);
    if (this.source.isFinished(state)) this.#options.onFinished?.(state);
    if (!before || before.staleSince || isChange || this.source.isFinished(state)) this.#emit(event);
  }

  /** The upstream has confirmed the state, or a part of it. */
  #confirm(): void {
    this.#health.onSuccess();
    this.#isUnconfirmed = false;
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
