import { type JobEvent, type Listener, ListTooLongError, NotReadYetError } from '../jobs/events.ts';
import type { JobList } from '../jobs/source.ts';
import { LastEvent } from './shared-job.ts';

/** Number of jobs from which those that are gone are forgotten. */
const MAX_JOBS = 10_000;

/** A list with followers on this replica, and the last event of each of its jobs. */
export class SharedList<State, Key> {
  readonly source: JobList<State, Key>;
  readonly followers = new Set<Listener<State, Key>>();
  readonly #jobs = new Map<string, LastEvent<State, Key>>();
  /** Errors of the list itself, by their kind. */
  readonly #notices = new Map<'missing' | 'too-long', JobEvent<State, Key>>();

  constructor(source: JobList<State, Key>) {
    this.source = source;
  }

  /** Adds a follower. It receives the known states at once. */
  join(follower: Listener<State, Key>): void {
    this.followers.add(follower);
    for (const [name, { event, isGone }] of this.#jobs)
      if (event && 'state' in event && !isGone) follower.put(name, event);
    for (const notice of this.#notices.values()) follower.put(this.source.name, notice);
  }

  /** Takes an event of a feed. @returns True if it is outdated, so that its job should be polled. */
  take(name: string, event: JobEvent<State, Key>, feed: number, readAt: number): boolean {
    if (name === this.source.name) {
      this.#takeNotice(event);
      return false;
    }
    this.#notices.delete('missing');
    const known = this.#jobs.get(name);
    // An error of a job that was never read has no state from which its source can be made.
    if (!known && 'error' in event) {
      this.#emit(name, event);
      return false;
    }
    const last = known ?? ('state' in event ? new LastEvent(this.source.jobOf(event.state)) : undefined);
    if (!last) return false;
    this.#jobs.set(name, last);
    const news = last.take(event, feed, readAt);
    if (news === 'news') this.#emit(name, event);
    return news === 'older';
  }

  /** Takes that the list contains a job that has ended, or does not any more. Only followers that join later see the difference. */
  setGone(name: string, isGone: boolean): void {
    const job = this.#jobs.get(name);
    if (job) job.isGone = isGone;
    if (isGone && this.#jobs.size > MAX_JOBS) this.#jobs.delete(name);
  }

  end(): void {
    for (const follower of [...this.followers]) follower.end(this.source.name);
    this.followers.clear();
  }

  /** Passes on an error of the list itself. Of those that do not end it, a repeated one is only for followers that join later. */
  #takeNotice(event: JobEvent<State, Key>): void {
    const kind = kindOf(event);
    const isRepeated = kind !== undefined && this.#notices.has(kind);
    if (kind) this.#notices.set(kind, event);
    if (!isRepeated) this.#emit(this.source.name, event);
  }

  #emit(name: string, event: JobEvent<State, Key>): void {
    for (const follower of [...this.followers]) follower.put(name, event);
  }
}

function kindOf<State, Key>(event: JobEvent<State, Key>): 'missing' | 'too-long' | undefined {
  if (!('error' in event)) return undefined;
  if (event.error instanceof NotReadYetError) return 'missing';
  return event.error instanceof ListTooLongError ? 'too-long' : undefined;
}
