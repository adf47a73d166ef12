import type { JobEvent, Listener } from '../jobs/events.ts';
import { Inbox, type InboxOptions } from '../jobs/inbox.ts';
import type { Events, JobSchedule, ListenOptions, Schedule } from '../jobs/schedule.ts';
import type { Job, JobList } from '../jobs/source.ts';
import type { Feed, FeedReader } from './feed.ts';
import { LocalFeed } from './local-feed.ts';
import { RemoteFeed, type RemoteFeedOptions } from './remote-feed.ts';
import { SharedJob } from './shared-job.ts';
import { SharedList } from './shared-list.ts';

export interface SharedJobsOptions<State, Key>
  extends Omit<RemoteFeedOptions<State, Key>, 'onAvailable' | 'onUnavailable'> {
  /** Creates the schedule that polls while the other replicas cannot be reached, on a share of the budget. */
  createSchedule: () => Schedule<State, Key>;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** Called with each state that is emitted. */
  onState?: (state: State) => void;
  /** Called when this replica begins or ends to watch anything. */
  onActive?: (isActive: boolean) => void;
}

/** Number of the feed of stored states. */
const STORED = -1;

/**
 * The jobs of one credential that this replica watches. One replica polls them for all. While it cannot be reached, this
 * one polls by itself; its listeners do not notice the difference.
 */
export class SharedJobs<State, Key> implements JobSchedule<State, Key>, FeedReader<State, Key> {
  readonly #options: SharedJobsOptions<State, Key>;
  readonly #jobs = new Map<string, SharedJob<State, Key>>();
  readonly #lists = new Map<string, SharedList<State, Key>>();
  readonly #remote: RemoteFeed<State, Key>;
  #local: LocalFeed<State, Key> | undefined;
  /** Number of the current feed. */
  #feed = 0;
  #isActive = false;
  // Remove a listener from all its jobs. Each is one function for all listeners.
  readonly #leaveAll = (inbox: Events<State, Key>) => {
    for (const name of inbox.names) this.#leave(name, inbox, false);
  };
  readonly #leaveWaiting = (inbox: Events<State, Key>) => {
    for (const name of inbox.names) this.#leave(name, inbox, true);
  };

  constructor(options: SharedJobsOptions<State, Key>) {
    this.#options = options;
    this.#remote = new RemoteFeed(this, {
      ...options,
      onAvailable: () => this.#useRemote(),
      onUnavailable: () => this.#useLocal(),
    });
  }

  get size(): number {
    return this.#jobs.size + this.#lists.size;
  }

  listen(jobs: readonly Job<State, Key>[], { isWaiting = false, ...options }: ListenOptions = {}): Events<State, Key> {
    const names = jobs.map(({ name }) => name);
    const inbox: Events<State, Key> = new Inbox(names, isWaiting ? this.#leaveWaiting : this.#leaveAll, options);
    for (const [position, source] of jobs.entries()) {
      const last = this.#jobs.has(source.name) ? undefined : source.lastState?.();
      if (last) {
        inbox.put(source.name, { key: source.key, ...last });
        inbox.end(source.name);
        continue;
      }
      this.#join(source, inbox, position, isWaiting);
    }
    this.#reportActive();
    return inbox;
  }

  follow(source: JobList<State, Key>, options?: InboxOptions): Events<State, Key> {
    const inbox: Events<State, Key> = new Inbox([source.name], (left) => this.#leaveList(source.name, left), options);
    const known = this.#lists.get(source.name);
    const list = known ?? new SharedList(source);
    this.#lists.set(source.name, list);
    list.join(inbox);
    if (!known) for (const feed of this.#feeds) feed.follow(source);
    if (this.#remote.isUnavailable) this.#useLocal();
    this.#reportActive();
    return inbox;
  }

  wake(name: string): void {
    for (const feed of this.#feeds) feed.wake(name);
  }

  announce(job: Job<State, Key>): void {
    for (const feed of this.#feeds) feed.announce(job);
  }

  hold(milliseconds: number): void {
    for (const feed of this.#feeds) feed.hold(milliseconds);
  }

  dispose(): void {
    this.#local?.dispose();
    this.#local = undefined;
    this.#remote.dispose();
    const ended = [...this.#jobs.values(), ...this.#lists.values()];
    this.#jobs.clear();
    this.#lists.clear();
    for (const each of ended) each.end();
    this.#reportActive();
  }

  isSeen(name: string): boolean {
    return this.#jobs.get(name)?.isSeen ?? false;
  }

  onEvent(name: string, event: JobEvent<State, Key>): void {
    if ('state' in event) this.#options.onState?.(event.state);
    if (this.#jobs.get(name)?.take(event, this.#feed, this.#readAt(event))) this.wake(name);
  }

  onStored(name: string, event: JobEvent<State, Key>): void {
    const job = this.#jobs.get(name);
    if (!job?.source.isDeleted?.()) job?.take(event, STORED, this.#readAt(event));
  }

  onEnd(name: string): void {
    const job = this.#jobs.get(name);
    if (!job) return;
    this.#jobs.delete(name);
    for (const feed of this.#feeds) feed.leave(name);
    job.end();
    this.#reportActive();
  }

  onListEvent(list: string, name: string, event: JobEvent<State, Key>): void {
    if ('state' in event) this.#options.onState?.(event.state);
    if (this.#lists.get(list)?.take(name, event, this.#feed, this.#readAt(event))) this.wake(name);
  }

  onListEnd(name: string): void {
    const list = this.#lists.get(name);
    if (!list) return;
    this.#lists.delete(name);
    for (const feed of this.#feeds) feed.unfollow(name);
    list.end();
    this.#reportActive();
  }

  onGone(list: string, name: string, isGone: boolean): void {
    this.#lists.get(list)?.setGone(name, isGone);
  }

  /** Time at which the state of an event was read, by the monotonic clock, in milliseconds. */
  #readAt(event: JobEvent<State, Key>): number {
    const { now, monotonicNow } = this.#options;
    return 'state' in event ? monotonicNow() - (now() - event.checkedAt.getTime()) : monotonicNow();
  }

  /** The feeds that know what this replica watches. The remote one always does, so that it can take over. */
  get #feeds(): Feed<State, Key>[] {
    return this.#local ? [this.#remote, this.#local] : [this.#remote];
  }

  #join(source: Job<State, Key>, listener: Listener<State, Key>, position: number, isWaiting: boolean): void {
    const known = this.#jobs.get(source.name);
    const job = known ?? new SharedJob(source, position);
    this.#jobs.set(source.name, job);
    if (isWaiting) job.waiting++;
    job.join(listener);
    for (const feed of this.#feeds) {
      if (!known) feed.join(source, job.options);
      else if (isWaiting) feed.setWaiting(source.name, true);
    }
    if (this.#remote.isUnavailable) this.#useLocal();
  }

  #leave(name: string, listener: Listener<State, Key>, isWaiting: boolean): void {
    const job = this.#jobs.get(name);
    if (!job?.listeners.delete(listener)) return;
    if (isWaiting && --job.waiting === 0) for (const feed of this.#feeds) feed.setWaiting(name, false);
    if (job.listeners.size > 0) return;
    this.#jobs.delete(name);
    for (const feed of this.#feeds) feed.leave(name);
    this.#reportActive();
  }

  #leaveList(name: string, follower: Listener<State, Key>): void {
    const list = this.#lists.get(name);
    if (!list?.followers.delete(follower) || list.followers.size > 0) return;
    this.#lists.delete(name);
    for (const feed of this.#feeds) feed.unfollow(name);
    this.#reportActive();
  }

  #useRemote(): void {
    this.#local?.dispose();
    this.#local = undefined;
    this.#feed++;
  }

  #useLocal(): void {
    if (this.#local || this.size === 0) return;
    this.#feed++;
    const local = new LocalFeed(this.#options.createSchedule(), this);
    this.#local = local;
    for (const job of [...this.#jobs.values()]) local.join(job.source, job.options);
    for (const { source } of [...this.#lists.values()]) local.follow(source);
  }

  #reportActive(): void {
    const isActive = this.size > 0;
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    if (!isActive) {
      this.#local?.dispose();
      this.#local = undefined;
    }
    this.#options.onActive?.(isActive);
  }
}
