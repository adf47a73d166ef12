import type { Block } from './budget.ts';
import {
  type JobEvent,
  type Listener,
  ListTooLongError,
  labelsOf,
  NotReadYetError,
  type StateEvent,
} from './events.ts';
import { PollHealth, type PollHealthOptions, REPORT_DELAY } from './poll-health.ts';
import type { Job, JobList, JobPage, LastState } from './source.ts';
import { CONFIRMATION_DELAY, PRIORITY, type Priority } from './watched-job.ts';

/** Starts and stops to watch a job of the list. */
export interface JobWatching<State, Key> {
  /** @param position Order among the first polls. */
  watch(job: Job<State, Key>, position: number, listener: Listener<State, Key>): void;
  unwatch(name: string, listener: Listener<State, Key>): void;
  /** The current state of a watched job. */
  latest(name: string): StateEvent<State, Key> | undefined;
}

/** A job of the list. */
interface Followed<State, Key> {
  readonly job: Job<State, Key>;
  /** The last event; undefined before the first one. */
  event: JobEvent<State, Key> | undefined;
  /** True if its end was reported. A failed job is watched again if the list still contains it. */
  hasEnded: boolean;
  /** True if it is watched again after its end was reported. */
  isResumed: boolean;
  /** Number of the last complete read of the list that contained it. */
  listedIn: number;
  /** True if it has ended and the list no longer contains it: it was probably deleted. */
  isGone?: boolean;
}

/** Maximum number of followed jobs, and of pages read for them. */
const MAX_JOBS = 10_000;
const MAX_PAGES = 1_000;
/** Rank of pages among routine polls: above those of jobs, because the rate of pages is limited. */
const LIST_RANK = 1e9;
/** Maximum time before a failed read is repeated, in milliseconds. */
const RETRY_DELAY = 5_000;

/** All jobs of a list, for its followers. Reads the whole list repeatedly, page by page. */
export class FollowedList<State, Key> implements Listener<State, Key> {
  readonly source: JobList<State, Key>;
  readonly followers = new Set<Listener<State, Key>>();
  /** Time at which it ends, in milliseconds, unless a follower joins before. */
  expiresAt = Number.POSITIVE_INFINITY;
  /** Time of the next page, in milliseconds. */
  dueAt: number;
  isReading = false;
  /** Aborts the read of a page. */
  readonly stop = new AbortController();
  readonly #watching: JobWatching<State, Key>;
  readonly #options: PollHealthOptions;
  readonly #health: PollHealth;
  readonly #jobs = new Map<string, Followed<State, Key>>();
  /** The cursors read so far, and the next one. */
  #requested = new Set<string | undefined>();
  #cursor: string | undefined;
  #startedAt: number;
  #isRead = false;
  /** Number of complete reads. */
  #reads = 0;
  #isTooLong = false;
  #isUnconfirmed = false;
  readonly #notified = new Map<Listener<State, Key>, Set<'missing' | 'too-long'>>();

  constructor(source: JobList<State, Key>, watching: JobWatching<State, Key>, options: PollHealthOptions) {
    this.source = source;
    this.#watching = watching;
    this.#options = options;
    this.#health = new PollHealth(options);
    this.#startedAt = options.monotonicNow();
    this.dueAt = this.#startedAt;
  }

  /** Number of followers, who learn of each change of its jobs. */
  get subscribers(): number {
    return this.followers.size;
  }

  /** The order of its next page among other polls: until the whole list was read once, like jobs without a state. */
  order(now: number): { priority: Priority; rank: number } {
    return this.#isRead
      ? { priority: PRIORITY.routine, rank: LIST_RANK + now - this.dueAt }
      : { priority: PRIORITY.first, rank: now - this.dueAt };
  }

  /** True until the whole list was read once. */
  get isFirst(): boolean {
    return !this.#isRead;
  }

  /** The labels of its followers. */
  get labels(): Iterable<unknown> {
    return labelsOf(this.followers);
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Adds a follower. It receives the known states at once. */
  join(follower: Listener<State, Key>): void {
    this.expiresAt = Number.POSITIVE_INFINITY;
    if (this.followers.size === 0) this.#rejoinJobs();
    this.followers.add(follower);
    for (const [name, followed] of this.#jobs) {
      const event = this.#watching.latest(name) ?? followed.event;
      if (event && 'state' in event && !this.#isGone(followed)) follower.put(name, event);
    }
    this.#reportTooLong();
  }

  /** Removes a follower. Without followers, no job is polled for this list. */
  leave(follower: Listener<State, Key>): void {
    this.#notified.delete(follower);
    if (this.followers.delete(follower) && this.followers.size === 0) this.#leaveJobs();
  }

  /** Adds a job that was just started. */
  add(job: Job<State, Key>): void {
    if (!this.#jobs.has(job.name)) this.#watch(job);
  }

  /** Reads a job that has ended once more after a write, which may have deleted it, unless its last state is still known. */
  wake(name: string): void {
    const followed = this.#jobs.get(name);
    if (followed?.hasEnded && !followed.job.lastState?.()) this.#watch({ ...followed.job, fromRow: () => undefined });
  }

  put(name: string, event: JobEvent<State, Key>): void {
    const followed = this.#jobs.get(name);
    if (!followed) return;
    const { event: before, isResumed } = followed;
    // Its end was reported, so it is not missing.
    if (isResumed && 'error' in event && event.error instanceof NotReadYetError) return;
    // A job that fails again and again, although the list contains it, is reported once; so is a last state.
    const isRepeated = isResumed && before !== undefined && 'error' in event === 'error' in before;
    followed.event = event;
    if (isRepeated) return;
    followed.isResumed = false;
    this.#emit(name, event);
  }

  end(name: string): void {
    const followed = this.#jobs.get(name);
    if (followed) followed.hasEnded = true;
  }

  /** Called when the read of a page starts. */
  startPage(): void {
    this.isReading = true;
    this.#health.onStart();
  }

  /** Takes a page. @param checkedAt Time of the response. */
  onPage({ rows, next }: JobPage<State>, checkedAt: Date): void {
    this.#health.onSuccess();
    this.#isUnconfirmed = false;
    if (this.#requested.size === 0) this.#isTooLong = false;
    for (const notified of this.#notified.values()) notified.delete('missing');
    for (const [name, row] of rows) {
      const followed = this.#jobs.get(name);
      if (followed) followed.listedIn = this.#reads;
      if (followed && !(followed.hasEnded && followed.event && 'error' in followed.event)) continue;
      const job = this.source.jobOf(row);
      // The list may lag behind, so that only a read of the job itself shows that it can be read again.
      if (followed) this.#watch({ ...job, fromRow: () => undefined });
      else if (this.#jobs.size >= MAX_JOBS) this.#isTooLong = true;
      else this.#addListed(job, row, checkedAt);
    }
    this.#requested.add(this.#cursor);
    const isCycle = next !== undefined && this.#requested.has(next);
    const isLimited = next !== undefined && !isCycle && this.#requested.size >= MAX_PAGES;
    if (isLimited) this.#isTooLong = true;
    if (next === undefined || isCycle || isLimited) this.#finish();
    else {
      this.#cursor = next;
      this.dueAt = this.#options.monotonicNow();
    }
    this.#reportTooLong();
  }

  /** Takes an error of a page. @returns True if the list ends with it. */
  onError(error: unknown): boolean {
    const { classifyError, retryAfter, interval, key, name } = this.source;
    const { monotonicNow } = this.#options;
    this.#health.onEnd();
    // A cursor may expire, which does not concern the list itself.
    const isFirstPage = this.#requested.size === 0;
    const kind = isFirstPage ? classifyError(error, this.#isRead) : 'transient';
    if (kind === 'final' || (kind === 'unconfirmed' && this.#isUnconfirmed)) {
      this.#emit(name, { key, error, wasSeen: this.#isRead });
      return true;
    }
    this.#isUnconfirmed = kind === 'unconfirmed';
    if (kind === 'transient') this.#health.onFailure(error, retryAfter(error) !== undefined);
    this.#restart(monotonicNow() + (kind === 'unconfirmed' ? CONFIRMATION_DELAY : Math.min(interval, RETRY_DELAY)));
    return false;
  }

  /** Reports that the list is missing or overdue because reads fail or are on hold. @returns Time of the next report, in milliseconds. */
  report(block: Block | undefined): number {
    const trouble = this.#health.trouble(block);
    if (!trouble) return Number.POSITIVE_INFINITY;
    const now = this.#options.monotonicNow();
    const overdueAt = this.#isRead ? now + this.source.interval + RETRY_DELAY + REPORT_DELAY - this.#health.age : 0;
    const reportAt = Math.max(trouble.reportAt, overdueAt);
    if (reportAt - now >= 1) return reportAt;
    const wait = Math.max(block?.remaining ?? 0, this.dueAt - now, 0);
    this.#notify('missing', () => new NotReadYetError(trouble.reason, trouble.since, wait));
    return Number.POSITIVE_INFINITY;
  }

  /** Stops watching its jobs, and ends its followers. */
  dispose(): void {
    this.stop.abort();
    this.#leaveJobs();
    for (const follower of [...this.followers]) follower.end(this.source.name);
    this.followers.clear();
  }

  #addListed(job: Job<State, Key>, row: State, checkedAt: Date): void {
    const listed = job.fromRow?.(row, undefined);
    if (listed?.isComplete && job.isFinished(listed.state)) this.#addFinished(job, { state: listed.state, checkedAt });
    else this.#watch(job);
  }

  #addFinished(job: Job<State, Key>, last: LastState<State>): void {
    const event: StateEvent<State, Key> = { key: job.key, ...last };
    this.#jobs.set(job.name, { job, event, hasEnded: true, isResumed: false, listedIn: this.#reads });
    this.#emit(job.name, event);
  }

  /** Watches a job until its end, unless its last state is known. Without followers, that waits for the next one. */
  #watch(job: Job<State, Key>, isJoining = false): void {
    const last = job.lastState?.();
    if (last) {
      this.#addFinished(job, last);
      return;
    }
    const { event, hasEnded = false } = this.#jobs.get(job.name) ?? {};
    this.#jobs.set(job.name, { job, event, hasEnded: false, isResumed: hasEnded, listedIn: this.#reads });
    if (this.followers.size > 0 || isJoining) this.#watching.watch(job, this.#jobs.size, this);
  }

  #leaveJobs(): void {
    for (const { job, hasEnded } of this.#jobs.values()) if (!hasEnded) this.#watching.unwatch(job.name, this);
  }

  #rejoinJobs(): void {
    for (const { job, hasEnded } of [...this.#jobs.values()]) if (!hasEnded) this.#watch(job, true);
  }

  #finish(): void {
    this.#isRead = true;
    this.#reads++;
    this.#reportGone();
    this.#forgetGone();
    this.#restart(Math.max(this.#startedAt + this.source.interval, this.#options.monotonicNow()));
  }

  #isGone({ hasEnded, listedIn }: Followed<State, Key>): boolean {
    return hasEnded && listedIn < this.#reads - 1;
  }

  /** Reports each job that has ended and is gone, or is back, to the followers. */
  #reportGone(): void {
    for (const [name, followed] of this.#jobs) {
      const wasGone = followed.isGone ?? false;
      followed.isGone = this.#isGone(followed);
      if (followed.isGone !== wasGone)
        for (const follower of [...this.followers]) follower.setGone?.(name, followed.isGone);
    }
  }

  /** Forgets jobs that have ended and are gone, once there are too many. */
  #forgetGone(): void {
    if (this.#jobs.size < MAX_JOBS) return;
    for (const [name, followed] of this.#jobs) if (this.#isGone(followed)) this.#jobs.delete(name);
  }

  #restart(at: number): void {
    this.#requested = new Set();
    this.#cursor = undefined;
    this.#startedAt = at;
    this.dueAt = at;
  }

  #reportTooLong(): void {
    if (this.#isTooLong) this.#notify('too-long', () => new ListTooLongError(this.#jobs.size));
  }

  /** Emits an error to each follower, once. */
  #notify(what: 'missing' | 'too-long', errorOf: () => Error): void {
    let event: JobEvent<State, Key> | undefined;
    for (const follower of [...this.followers]) {
      const notified = this.#notified.get(follower) ?? new Set();
      if (notified.has(what)) continue;
      this.#notified.set(follower, notified.add(what));
      event ??= { key: this.source.key, error: errorOf(), wasSeen: this.#isRead };
      follower.put(this.source.name, event);
    }
  }

  #emit(name: string, event: JobEvent<State, Key>): void {
    for (const follower of [...this.followers]) follower.put(name, event);
  }
}
