import { type JobEvent, type Listener, NotReadYetError } from '../jobs/events.ts';
import type { Job, LastState } from '../jobs/source.ts';
import type { FeedOptions } from './feed.ts';

/** True if an event only says that no state is known yet. */
export const isMissing = <State, Key>(event: JobEvent<State, Key>): boolean =>
  'error' in event && event.error instanceof NotReadYetError;

/** What a new event means to listeners that know an earlier one. */
type News = 'news' | 'same' | 'older';

/**
 * Compares the first event of another feed with the last one that listeners received. That feed has polled on its own, so
 * that its state may be the same, or an older one.
 *
 * @param doubted Time of the state before, if it was taken for an older one.
 */
function compare<State, Key>(
  job: Job<State, Key>,
  last: JobEvent<State, Key>,
  event: JobEvent<State, Key>,
  doubted: Date | undefined,
): News {
  if (isMissing(event)) return 'same';
  if (isMissing(last)) return 'news';
  if ('error' in event) return 'error' in last ? 'same' : 'news';
  if ('error' in last) return 'news';
  if (job.isFinished(last.state)) return 'same';
  if (event.checkedAt < last.checkedAt) return 'older';
  // Polled again since, so the upstream really has returned to an earlier state.
  const isConfirmed = doubted !== undefined && event.checkedAt > doubted;
  if (!isConfirmed && job.isOlder?.(event.state, last.state)) return 'older';
  const wasStale = last.staleSince !== undefined;
  return wasStale !== (event.staleSince !== undefined) || job.isChange(last.state, event.state) ? 'news' : 'same';
}

/** The last event of a job, and the feed that reported it. */
export class LastEvent<State, Key> {
  readonly job: Job<State, Key>;
  /** True if its list no longer contains the job, which has ended. */
  isGone = false;
  #event: JobEvent<State, Key> | undefined;
  #feed = 0;
  /** Time of the last event that was outdated. */
  #doubted: Date | undefined;

  constructor(job: Job<State, Key>) {
    this.job = job;
  }

  get event(): JobEvent<State, Key> | undefined {
    return this.#event;
  }

  /**
   * Takes an event.
   *
   * @param feed Number of the feed that reports it.
   * @returns `news` if listeners have to receive it; `older` if it is outdated, so that the job should be polled.
   */
  take(event: JobEvent<State, Key>, feed: number): News {
    const last = this.#event;
    const news = last && this.#feed !== feed ? compare(this.job, last, event, this.#doubted) : 'news';
    if (news !== 'older') this.#feed = feed;
    this.#doubted = news === 'older' && 'state' in event ? event.checkedAt : undefined;
    if (news !== 'older' && !(last && isMissing(event))) this.#event = event;
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
  take(event: JobEvent<State, Key>, feed: number): boolean {
    const news = this.#last.take(event, feed);
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
