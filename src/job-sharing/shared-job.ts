import { type JobEvent, type Listener, NotReadYetError } from '../jobs/events.ts';
import type { Job, LastState } from '../jobs/source.ts';
import type { FeedOptions } from './feed.ts';

/** True if an event only says that no state is known yet. */
export const isMissing = <State, Key>(event: JobEvent<State, Key>): boolean =>
  'error' in event && event.error instanceof NotReadYetError;

/** Resolution of the times of reads, in milliseconds. */
const CLOCK_STEP = 1;

/** What a new event means to listeners that know an earlier one. */
type News = 'news' | 'same' | 'older';

/** A state that listeners have received, or one that was taken for an older one. */
interface Received<State, Key> {
  readonly event: JobEvent<State, Key>;
  /** Time at which the state was read, by the monotonic clock of this replica, in milliseconds. */
  readonly readAt: number;
}

/**
 * Compares the first event of another feed with the last one that listeners received. That feed has polled on its own, so
 * that its state may be the same, or an older one.
 *
 * @param doubted The state before, if it was taken for an older one.
 */
function compare<State, Key>(
  job: Job<State, Key>,
  last: Received<State, Key>,
  { event, readAt }: Received<State, Key>,
  doubted: Received<State, Key> | undefined,
): News {
  if (isMissing(last.event)) return 'news';
  if ('error' in event) return 'error' in last.event ? 'same' : 'news';
  if ('error' in last.event) return 'news';
  const { state } = last.event;
  if (job.isFinished(state)) return 'same';
  if (job.isFinished(event.state)) return 'news';
  if (readAt < last.readAt) return 'older';
  // Read again since, so the upstream really has returned to an earlier state.
  const isConfirmed = doubted !== undefined && readAt > doubted.readAt;
  return !isConfirmed && job.isOlder?.(event.state, state) ? 'older' : 'news';
}

/**
 * True if an event shows listeners nothing new: its state is the same, and so is its staleness. That ends only with a
 * later read.
 */
function isRepeated<State, Key>(
  job: Job<State, Key>,
  last: Received<State, Key>,
  { event, readAt }: Received<State, Key>,
) {
  if ('error' in last.event || 'error' in event || job.isChange(last.event.state, event.state)) return false;
  if (!last.event.staleSince) return !event.staleSince;
  return event.staleSince !== undefined || readAt < last.readAt + CLOCK_STEP;
}

/** The last event of a job, and the feed that reported it. */
export class LastEvent<State, Key> {
  readonly job: Job<State, Key>;
  /** True if its list no longer contains the job, which has ended. */
  isGone = false;
  #last: Received<State, Key> | undefined;
  #doubted: Received<State, Key> | undefined;
  #feed = 0;

  constructor(job: Job<State, Key>) {
    this.job = job;
  }

  get event(): JobEvent<State, Key> | undefined {
    return this.#last?.event;
  }

  /**
   * Takes an event.
   *
   * @param feed Number of the feed that reports it.
   * @param readAt Time at which its state was read, by the monotonic clock, in milliseconds.
   * @returns `news` if listeners have to receive it; `older` if it is outdated, so that the job should be polled.
   */
  take(event: JobEvent<State, Key>, feed: number, readAt: number): News {
    const last = this.#last;
    if (last && isMissing(event)) return isMissing(last.event) && this.#feed === feed ? 'news' : 'same';
    // The job is gone, but an owner that was disconnected may have missed its deletion.
    if (last && 'error' in last.event && 'state' in event && !isMissing(last.event) && this.job.isDeleted?.())
      return 'same';
    const received = { event, readAt };
    if (last && isRepeated(this.job, last, received)) {
      this.#feed = feed;
      if (!('staleSince' in last.event)) this.#last = received;
      return 'same';
    }
    const news = last && this.#feed !== feed ? compare(this.job, last, received, this.#doubted) : 'news';
    this.#doubted = news === 'older' ? received : undefined;
    if (news !== 'news') return news;
    this.#feed = feed;
    this.#last = received;
    return news;
  }
}

/** A job with listeners on this replica. */
export class SharedJob<State, Key> {
  readonly source: Job<State, Key>;
  readonly listeners = new Set<Listener<State, Key>>();
  readonly position: number;
  /** Number of requests that wait for it. */
  waiting = 0;
  readonly #last: LastEvent<State, Key>;
  readonly #notified = new WeakSet<Listener<State, Key>>();

  constructor(source: Job<State, Key>, position: number) {
    this.source = source;
    this.position = position;
    this.#last = new LastEvent(source);
  }

  /** True if listeners have received a state. */
  get isSeen(): boolean {
    return this.#known !== undefined;
  }

  /** Options for a feed that is to report it. */
  get options(): FeedOptions<State> {
    return { position: this.position, isWaiting: this.waiting > 0, known: this.#known };
  }

  /** Adds a listener. It receives the last event at once. */
  join(listener: Listener<State, Key>): void {
    this.listeners.add(listener);
    if (this.#last.event) this.#emit(this.#last.event, [listener]);
  }

  /** Takes an event of a feed. @returns True if it is outdated, so that the job should be polled. */
  take(event: JobEvent<State, Key>, feed: number, readAt: number): boolean {
    const news = this.#last.take(event, feed, readAt);
    if (news === 'news') this.#emit(event, this.listeners);
    return news === 'older';
  }

  end(): void {
    for (const listener of [...this.listeners]) listener.end(this.source.name);
    this.listeners.clear();
  }

  get #known(): LastState<State> | undefined {
    const event = this.#last.event;
    return event && 'state' in event ? { state: event.state, checkedAt: event.checkedAt } : undefined;
  }

  #emit(event: JobEvent<State, Key>, listeners: Iterable<Listener<State, Key>>): void {
    for (const listener of [...listeners]) {
      // Each listener is told once that no state is known yet.
      if (isMissing(event) && this.#notified.has(listener)) continue;
      if (isMissing(event)) this.#notified.add(listener);
      listener.put(this.source.name, event);
    }
  }
}
