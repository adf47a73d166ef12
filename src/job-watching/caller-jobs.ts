import { requireFullAccess, requireJobs, type ScopedCaller } from '../auth/scope.ts';
import type { Progress } from '../jobs/progress.ts';
import type { JobKey, JobRow } from '../upstream/jobs.ts';
import type { Requester } from '../upstream/observer.ts';
import { NEVER_ABORTED } from '../util/abort-signals.ts';
import type { JobUpdate } from './events.ts';
import type { JobWatcher, WatchOptions } from './job-watcher.ts';

/** The lifetime of the operation that watches or waits. */
interface Lifetime {
  /** Aborts when the client disconnects or the operation ends. Undefined: never. */
  readonly signal: AbortSignal | undefined;
  /** Extends the deadline, in milliseconds. */
  extend(milliseconds: number): void;
}

type WatchingCaller = ScopedCaller & { readonly requester?: Requester | undefined };

/** The jobs of one caller. */
export class CallerJobs {
  readonly #jobWatcher: JobWatcher;
  readonly #caller: WatchingCaller;
  readonly #lifetime: Lifetime;
  readonly #update: JobUpdate | undefined;

  /** @param update The event for which a subscription's selection is executed. */
  constructor(jobWatcher: JobWatcher, caller: WatchingCaller, lifetime: Lifetime, update: JobUpdate | undefined) {
    this.#jobWatcher = jobWatcher;
    this.#caller = caller;
    this.#lifetime = lifetime;
    this.#update = update;
  }

  /** @see JobWatcher.watchJobs. @throws GraphQLError FORBIDDEN if a watch token does not include all of the jobs. */
  watch(jobs: readonly JobKey[]) {
    requireJobs(this.#caller, jobs);
    return this.#jobWatcher.watchJobs(this.#caller.credential(), jobs, this.#options);
  }

  /** @see JobWatcher.watchTrainings. @throws GraphQLError FORBIDDEN if the caller has only a watch token. */
  watchTrainings(modelId: string) {
    requireFullAccess(this.#caller);
    return this.#jobWatcher.watchTrainings(this.#caller.credential(), modelId, this.#options);
  }

  /** @see JobWatcher.watchPredictions. @throws GraphQLError FORBIDDEN if the caller has only a watch token. */
  watchPredictions() {
    requireFullAccess(this.#caller);
    return this.#jobWatcher.watchPredictions(this.#caller.credential(), this.#options);
  }

  /** Adds a job that was just started to the subscriptions to all jobs. */
  announce(key: JobKey): void {
    this.#jobWatcher.announce(this.#caller.credential(), key);
  }

  /** Polls a job at once, after a write that changed it, so that its subscribers get the change. */
  wake(key: JobKey): void {
    this.#jobWatcher.wake(this.#caller.credential(), key);
  }

  /**
   * Waits until a job has finished, or for a number of seconds at most, by which it extends the deadline.
   *
   * @returns The job as last read; undefined if it could not be read.
   */
  waitUntilFinished(key: JobKey, seconds: number): Promise<JobRow | undefined> {
    const milliseconds = seconds * 1_000;
    this.#lifetime.extend(milliseconds);
    return this.#jobWatcher.waitUntilFinished(this.#caller.credential(), key, milliseconds, this.#options);
  }

  /** Progress of a job, as reported or estimated. */
  progressOf(row: JobRow): Progress {
    return this.#jobWatcher.progressOf(this.#caller.credential(), row);
  }

  /** Time since which the current event's state of this job is stale; null if it is current. */
  staleSince(row: JobRow): Date | null {
    return this.#eventOf(row)?.staleSince ?? null;
  }

  /** Time at which the upstream reported the current event's state of this job; null outside of its events. */
  checkedAt(row: JobRow): Date | null {
    return this.#eventOf(row)?.checkedAt ?? null;
  }

  get #options(): WatchOptions {
    return { signal: this.#lifetime.signal ?? NEVER_ABORTED, requester: this.#caller.requester };
  }

  /** The current event, if it is one of this job and contains its state. */
  #eventOf({ kind, id }: JobRow) {
    const update = this.#update;
    return update && 'state' in update && update.state.kind === kind && update.state.id === id ? update : undefined;
  }
}
