import { requireFullAccess, requireJobs, type ScopedCaller } from '../auth/scope.ts';
import type { Progress } from '../jobs/progress.ts';
import type { JobKey, JobRow, WatchedKey } from '../upstream/jobs.ts';
import { NEVER_ABORTED } from '../util/abort-signals.ts';
import type { JobUpdate } from './events.ts';
import type { JobWatcher } from './job-watcher.ts';

/** The lifetime of the operation that watches or waits. */
interface Lifetime {
  /** Aborts when the client disconnects or the operation ends. Undefined: never. */
  readonly signal: AbortSignal | undefined;
  /** Extends the deadline, in milliseconds. */
  extend(milliseconds: number): void;
}

/** The jobs of one caller. */
export class CallerJobs {
  readonly #jobWatcher: JobWatcher;
  readonly #caller: ScopedCaller;
  readonly #lifetime: Lifetime;
  readonly #update: JobUpdate | undefined;

  /** @param update The event for which a subscription's selection is executed. */
  constructor(jobWatcher: JobWatcher, caller: ScopedCaller, lifetime: Lifetime, update: JobUpdate | undefined) {
    this.#jobWatcher = jobWatcher;
    this.#caller = caller;
    this.#lifetime = lifetime;
    this.#update = update;
  }

  /** @see JobWatcher.watchJobs. @throws GraphQLError FORBIDDEN if a watch token does not include all of the jobs. */
  watch(jobs: readonly JobKey[]) {
    requireJobs(this.#caller, jobs);
    return this.#jobWatcher.watchJobs(this.#caller.credential(), jobs, this.#lifetime.signal ?? NEVER_ABORTED);
  }

  /** @see JobWatcher.watchTrainings. @throws GraphQLError FORBIDDEN if the caller has only a watch token. */
  watchTrainings(modelId: string) {
    requireFullAccess(this.#caller);
    return this.#jobWatcher.watchTrainings(this.#caller.credential(), modelId, this.#lifetime.signal ?? NEVER_ABORTED);
  }

  /** Polls a job or a list of trainings at once, after a write that changed it, so that its subscribers get the change. */
  wake(key: WatchedKey): void {
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
    return this.#jobWatcher.waitUntilFinished(this.#caller.credential(), key, milliseconds, this.#lifetime.signal);
  }

  /** Progress of a job, as reported or estimated. */
  progressOf(row: JobRow): Progress {
    return this.#jobWatcher.progressOf(this.#caller.credential(), row);
  }

  /** Time since which the current event's state of this job is stale; null if it is current. */
  staleSince(row: JobRow): Date | null {
    return this.#updateOf(row)?.staleSince ?? null;
  }

  /** Time of the last successful poll of this job, if the current event has it. */
  checkedAt(row: JobRow): Date | null {
    const update = this.#updateOf(row);
    return update && 'checkedAt' in update && update.checkedAt instanceof Date ? update.checkedAt : null;
  }

  /** The current event, if it is a state of this job. */
  #updateOf({ kind, id }: JobRow): Extract<JobUpdate, { state: unknown }> | undefined {
    const update = this.#update;
    return update && 'state' in update && update.key.kind === kind && update.key.id === id ? update : undefined;
  }
}
