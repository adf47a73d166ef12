import type { StartTimer } from '../util/timers.ts';
import { createAwakeClock } from './awake-clock.ts';
import { PollBudget } from './budget.ts';
import type { JobEvent, Listener, StateEvent } from './events.ts';
import { FollowedList } from './followed-list.ts';
import { Inbox, type InboxOptions } from './inbox.ts';
import { NO_POLL_OBSERVER, type PollCounts, type PollObserver } from './observer.ts';
import type { PollGate } from './poll-gate.ts';
import { type Candidate, isBefore, PollOrder } from './poll-order.ts';
import { PollSender, type Watching } from './poll-sender.ts';
import { PolledList } from './polled-list.ts';
import type { Job, JobList, LastState } from './source.ts';
import { PRIORITY, WatchedJob } from './watched-job.ts';

export interface ScheduleOptions<State> {
  /** Maximum number of polls per second. */
  perSecond: number;
  /** Returns the maximum number of concurrent polls. */
  concurrency: () => number;
  /** Spreads polls after an outage or a hold. @default polls resume at once */
  gate?: PollGate | undefined;
  startTimer: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Returns a random number in [0, 1), for the jitter. */
  random: () => number;
  /** Time for which a job is kept after its last listener has left, in milliseconds; for reconnects. */
  gracePeriod: number;
  /** Maximum age of a state while polls fail, in milliseconds; then its stream ends with an error. */
  maxOutage: number;
  /** Called with the last state of each job that was watched until its end. */
  onFinished?: (state: State) => void;
  /** Called when the schedule begins or ends to watch anything. */
  onActive?: (isActive: boolean) => void;
  /** @default polls are not observed */
  observer?: PollObserver;
}

/** Slots of the budget for each page of followed lists, once they were read completely. */
const SLOTS_PER_PAGE = 4;

export type Events<State, Key> = Inbox<JobEvent<State, Key>>;

export interface ListenOptions extends InboxOptions {
  /** True for a request that waits for the jobs: they are polled before others. @default false */
  readonly isWaiting?: boolean;
}

/** Polls watched jobs and lists, and passes on their events. */
export interface JobSchedule<State, Key> {
  /** Number of watched jobs and followed lists. */
  readonly size: number;
  /**
   * Listens to jobs. Emits the current state of each, then each change. A final error is the last event of its job. The
   * stream completes after the last events of all jobs.
   */
  listen(jobs: readonly Job<State, Key>[], options?: ListenOptions): Events<State, Key>;
  /** Listens to all jobs of a list. Ends if the reader returns, or after a final error of the list. */
  follow(source: JobList<State, Key>, options?: InboxOptions): Events<State, Key>;
  /** Polls a job immediately, for example after a mutation. */
  wake(name: string): void;
  /** Adds a job that was just started to the followers of its list. */
  announce(job: Job<State, Key>): void;
  /** Stops all polls for a time, in milliseconds. */
  hold(milliseconds: number): void;
  /** Stops every poll and completes every stream. */
  dispose(): void;
}

/** What is known of a job before its first poll, and how it is polled. */
export interface JoinOptions<State> {
  /** Position among the jobs of the listener: one job of each listener is read before the others. @default 0 */
  position?: number | undefined;
  /** The last state, as known from elsewhere. */
  known?: LastState<State> | undefined;
}

/** Maximum time between two checks, in milliseconds, so that a suspension of the machine is noticed. */
const MAX_IDLE = 15_000;
/** Minimum delay of a timer, in milliseconds: rounding errors must not cause a run without progress. */
const MIN_DELAY = 1;

/**
 * Polls all watched jobs and lists of one credential. Each free slot of the budget goes to the most important poll at that
 * moment, so nothing is queued. All listeners of a job share its polls.
 */
export class Schedule<State, Key> implements JobSchedule<State, Key> {
  readonly #options: ScheduleOptions<State>;
  readonly #budget: PollBudget;
  readonly #sender: PollSender<State, Key>;
  readonly #order = new PollOrder();
  readonly #awakeNow: () => number;
  readonly #jobs = new Map<string, WatchedJob<State, Key>>();
  readonly #lists = new Map<string, PolledList<State, Key>>();
  readonly #followed = new Map<string, FollowedList<State, Key>>();
  #stopTimer: () => void = () => {};
  #isRunRequested = false;
  /** Time of the next page of any followed list that was read completely before, in milliseconds. */
  #nextListPageAt = Number.NEGATIVE_INFINITY;
  #isActive = false;
  /** Removes a listener from all its jobs. One function for all listeners. */
  readonly #leaveAll = (inbox: Events<State, Key>) => {
    for (const name of inbox.names) this.leave(name, inbox);
  };

  constructor(options: ScheduleOptions<State>) {
    this.#options = options;
    this.#budget = new PollBudget(options);
    const watching: Watching<State, Key> = {
      isWatched: (job) => this.#jobs.get(job.source.name) === job,
      listOf: (name) => this.#lists.get(name),
      end: (job) => this.#end(job),
      endList: (list) => this.#endList(list),
      onSettled: () => this.#requestRun(),
    };
    this.#sender = new PollSender(this.#budget, watching, {
      ...options,
      observer: options.observer ?? NO_POLL_OBSERVER,
    });
    this.#awakeNow = createAwakeClock(options.monotonicNow);
  }

  get size(): number {
    return this.#jobs.size + this.#followed.size;
  }

  get counts(): PollCounts {
    let listeners = 0;
    let stale = 0;
    const block = this.#budget.block ?? this.#budget.congestion;
    for (const job of this.#jobs.values()) {
      // The subscribers of lists are counted once, below.
      for (const listener of job.listeners) if (listener.subscribers === undefined) listeners++;
      if (job.isStale(block)) stale++;
    }
    for (const list of this.#followed.values()) listeners += list.followers.size;
    const { perSecond } = this.#options;
    return { watched: this.size, listeners, stale, running: this.#budget.running, perSecond };
  }

  listen(jobs: readonly Job<State, Key>[], options: ListenOptions = {}): Events<State, Key> {
    const waitingFor: string[] = [];
    const stopWaiting = (left: Events<State, Key>) => {
      for (const name of waitingFor) this.setWaiting(name, -1);
      this.#leaveAll(left);
    };
    const names = jobs.map(({ name }) => name);
    const inbox: Events<State, Key> = new Inbox(names, options.isWaiting ? stopWaiting : this.#leaveAll, options);
    for (const [position, source] of jobs.entries()) {
      if (!this.join(source, inbox, { position }) || !options.isWaiting) continue;
      waitingFor.push(source.name);
      this.setWaiting(source.name, 1);
    }
    return inbox;
  }

  /**
   * Adds a listener to a job. It receives the current state, then each change, until it leaves or the job ends.
   *
   * @returns False if the job has ended already: its last event has been emitted.
   */
  join(source: Job<State, Key>, listener: Listener<State, Key>, options: JoinOptions<State> = {}): boolean {
    const last = this.#jobs.has(source.name) ? undefined : source.lastState?.();
    if (last) {
      listener.put(source.name, { key: source.key, ...last });
      listener.end(source.name);
      return false;
    }
    this.#watch(source, options).join(listener);
    this.#requestRun();
    return true;
  }

  /** The current event of a watched job; undefined before the first one. */
  eventOf(name: string): StateEvent<State, Key> | undefined {
    return this.#jobs.get(name)?.event;
  }

  /** Removes a listener from a job. */
  leave(name: string, listener: Listener<State, Key>): void {
    const job = this.#jobs.get(name);
    if (job) this.#leave(job, listener);
  }

  /** Changes the number of requests that wait for a job: it is polled before others. */
  setWaiting(name: string, change: 1 | -1): void {
    const job = this.#jobs.get(name);
    if (!job) return;
    job.waiting += change;
    this.#requestRun();
  }

  follow(source: JobList<State, Key>, options?: InboxOptions): Events<State, Key> {
    const inbox: Events<State, Key> = new Inbox([source.name], (left) => this.leaveList(source.name, left), options);
    this.joinList(source, inbox);
    return inbox;
  }

  /** Adds a listener to all jobs of a list, and to the list itself. */
  joinList(source: JobList<State, Key>, listener: Listener<State, Key>): void {
    this.#followedList(source).join(listener);
    this.#requestRun();
  }

  /** Removes a listener from a list. */
  leaveList(name: string, listener: Listener<State, Key>): void {
    const list = this.#followed.get(name);
    if (!list) return;
    list.leave(listener);
    this.#expireIfUnused(list);
  }

  wake(name: string): void {
    for (const list of this.#followed.values()) list.wake(name);
    this.#jobs.get(name)?.wake();
    this.#requestRun();
  }

  announce(job: Job<State, Key>): void {
    this.wake(job.name);
    if (job.list) this.#followed.get(job.list.name)?.add({ ...job, isKnown: true });
  }

  hold(milliseconds: number): void {
    this.#budget.hold(milliseconds);
    this.#requestRun();
  }

  dispose(): void {
    for (const list of [...this.#followed.values()]) this.#endList(list);
    for (const job of [...this.#jobs.values()]) this.#end(job);
    this.#run();
  }

  #watch(source: Job<State, Key>, { position = 0, known }: JoinOptions<State>): WatchedJob<State, Key> {
    const watched = this.#jobs.get(source.name);
    if (watched) return watched;
    const job = new WatchedJob(source, position, { ...this.#options, awakeNow: this.#awakeNow }, known);
    this.#jobs.set(source.name, job);
    if (source.list) {
      const list = this.#lists.get(source.list.name) ?? new PolledList(source.list);
      this.#lists.set(source.list.name, list);
      list.add(job);
    }
    return job;
  }

  #followedList(source: JobList<State, Key>): FollowedList<State, Key> {
    const known = this.#followed.get(source.name);
    if (known) return known;
    const list: FollowedList<State, Key> = new FollowedList(
      source,
      {
        watch: (job, position, listener) => {
          this.#watch(job, { position }).join(listener);
          this.#requestRun();
        },
        unwatch: (name, listener) => {
          const job = this.#jobs.get(name);
          if (job) this.#leave(job, listener);
        },
        latest: (name) => this.#jobs.get(name)?.event,
      },
      { ...this.#options, awakeNow: this.#awakeNow },
    );
    this.#followed.set(source.name, list);
    return list;
  }

  #leave(job: WatchedJob<State, Key>, listener: Listener<State, Key>): void {
    if (!job.listeners.delete(listener) || job.listeners.size > 0) return;
    job.expiresAt = this.#options.monotonicNow() + this.#options.gracePeriod;
    if (this.#options.gracePeriod === 0) this.#end(job);
    this.#requestRun();
  }

  /** Ends a job: aborts its read and completes it for its listeners. */
  #end(job: WatchedJob<State, Key>): void {
    if (this.#jobs.get(job.source.name) !== job) return;
    this.#jobs.delete(job.source.name);
    const list = job.source.list && this.#lists.get(job.source.list.name);
    list?.remove(job);
    if (list?.jobs.size === 0) {
      this.#lists.delete(list.source.name);
      list.stop.abort();
    }
    job.reading?.abort();
    for (const listener of [...job.listeners]) listener.end(job.source.name);
    job.listeners.clear();
  }

  #expireIfUnused(list: FollowedList<State, Key>): void {
    if (list.followers.size > 0) return;
    list.expiresAt = this.#options.monotonicNow() + this.#options.gracePeriod;
    if (this.#options.gracePeriod === 0) this.#endList(list);
    this.#requestRun();
  }

  #endList(list: FollowedList<State, Key>): void {
    if (this.#followed.get(list.source.name) !== list) return;
    this.#followed.delete(list.source.name);
    list.dispose();
  }

  /** Runs the schedule after the current task, once for any number of changes. */
  #requestRun(): void {
    if (this.#isRunRequested) return;
    this.#isRunRequested = true;
    queueMicrotask(() => {
      this.#isRunRequested = false;
      this.#run();
    });
  }

  /** Sends what is due, reports what is overdue, removes what is unused, and sets the timer for the next run. */
  #run(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
    this.#awakeNow();
    // Reports follow, because they also concern reads that take long.
    const nextPoll = this.#sendDue();
    const nextReport = this.#report();
    const isActive = this.size > 0;
    if (isActive !== this.#isActive) this.#options.onActive?.(isActive);
    this.#isActive = isActive;
    if (!isActive) return;
    const delay = Math.min(nextReport, nextPoll) - this.#options.monotonicNow();
    this.#stopTimer = this.#options.startTimer(Math.min(MAX_IDLE, Math.max(MIN_DELAY, delay)), () => this.#run());
  }

  /** @returns Time of the next report or removal, in milliseconds. */
  #report(): number {
    const block = this.#budget.block ?? this.#budget.congestion;
    const now = this.#options.monotonicNow();
    let next = Number.POSITIVE_INFINITY;
    for (const list of [...this.#followed.values()]) {
      if (list.expiresAt <= now) this.#endList(list);
      else next = Math.min(next, list.expiresAt, list.report(block));
    }
    for (const job of [...this.#jobs.values()]) {
      if (job.expiresAt <= now) this.#end(job);
      else if (job.listeners.size === 0) next = Math.min(next, job.expiresAt);
      else {
        const reportAt = job.report(block);
        if (reportAt === undefined) this.#end(job);
        else next = Math.min(next, reportAt);
      }
    }
    return next;
  }

  /** Sends polls while the budget allows it. @returns Time of the next poll, in milliseconds. */
  #sendDue(): number {
    const { monotonicNow } = this.#options;
    for (;;) {
      const now = monotonicNow();
      const { best, nextAt } = this.#choose(now);
      if (!best) {
        this.#budget.endResuming();
        return nextAt;
      }
      const wait = this.#budget.wait(() => this.#overdue(now));
      if (wait >= 1) return now + wait;
      this.#order.count(best);
      best.send();
    }
  }

  #overdue(now: number): number {
    let overdue = 0;
    for (const job of this.#jobs.values()) if (this.#isDue(job, now)) overdue++;
    return overdue;
  }

  /** The most important poll that is due; without one, the time of the next. */
  #choose(now: number): { best: Candidate | undefined; nextAt: number } {
    let nextAt = Number.POSITIVE_INFINITY;
    let preferred: WatchedJob<State, Key> | undefined;
    let changed: WatchedJob<State, Key> | undefined;
    let routine: WatchedJob<State, Key> | undefined;
    for (const job of this.#jobs.values()) {
      if (!this.#isDue(job, now)) {
        if (this.#isPollable(job)) nextAt = Math.min(nextAt, job.dueAt);
      } else if (job.priority === PRIORITY.routine) {
        if (!routine || job.rank(now) > routine.rank(now)) routine = job;
      } else if (job.priority === PRIORITY.changed) {
        if (!changed || isBefore(job, changed)) changed = job;
      } else if (!preferred || isBefore(job, preferred)) preferred = job;
    }
    const candidates = [preferred, changed, routine]
      .filter((job) => job !== undefined)
      .map((job) => this.#candidateOf(job, now));
    for (const list of this.#followed.values()) {
      if (list.isReading || list.followers.size === 0) continue;
      const dueAt = list.isFirst ? list.dueAt : Math.max(list.dueAt, this.#nextListPageAt);
      if (dueAt > now) nextAt = Math.min(nextAt, dueAt);
      else candidates.push({ ...list.order(now), send: () => this.#readFollowed(list, now) });
    }
    return { best: this.#order.choose(candidates), nextAt };
  }

  #readFollowed(list: FollowedList<State, Key>, now: number): void {
    if (!list.isFirst) this.#nextListPageAt = now + (1_000 * SLOTS_PER_PAGE) / this.#options.perSecond;
    this.#sender.readFollowed(list);
  }

  #candidateOf(job: WatchedJob<State, Key>, now: number): Candidate {
    const { priority } = job;
    const list = job.source.list && this.#lists.get(job.source.list.name);
    const isFollowed = list !== undefined && this.#followed.has(list.source.name);
    return {
      priority,
      rank: priority === PRIORITY.routine ? job.rank(now) : now - job.dueAt,
      send: () => this.#sender.read(job, list, isFollowed),
    };
  }

  #isPollable(job: WatchedJob<State, Key>): boolean {
    return job.listeners.size > 0 && !job.reading && (!job.page?.isReading || job.needsRead);
  }

  #isDue(job: WatchedJob<State, Key>, now: number): boolean {
    return job.dueAt - now < 1 && this.#isPollable(job);
  }
}
