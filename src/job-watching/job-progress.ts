import { JobHistories } from '../jobs/job-history.ts';
import { createProgress, type Progress, type ProgressEstimator } from '../jobs/progress.ts';
import { RecordedJobs } from '../jobs/recorded-jobs.ts';
import type { JobRow } from '../upstream/jobs.ts';
import type { AnyJobObserver } from '../upstream/key-upstream.ts';
import { JobOwner, RowFacts } from './job-facts.ts';

/** Maximum number of jobs of all credentials whose observations are kept. */
const MAX_JOBS = 10_000;

export interface Clocks {
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** The monotonic clock, in milliseconds. */
  readonly monotonicNow: () => number;
}

/** The progress of the jobs of one credential, estimated from the durations of its earlier ones. */
export class JobProgress implements AnyJobObserver {
  readonly #estimator: ProgressEstimator;
  readonly #owner: JobOwner;

  constructor(tenant: string, estimator: ProgressEstimator) {
    this.#owner = new JobOwner(tenant);
    this.#estimator = estimator;
  }

  /** Records the phase of a job as read now, and its duration once it has completed. */
  observe(row: JobRow): void {
    this.#estimator.recordDuration(new RowFacts(this.#owner, row));
  }

  progressOf(row: JobRow): Progress {
    return this.#estimator.progressOf(new RowFacts(this.#owner, row));
  }
}

/**
 * Returns a function that creates the progress of a tenant. Observations of jobs, such as the highest progress so far, outlive it;
 * durations do not.
 */
export function createJobProgress({ now, monotonicNow }: Clocks): (tenant: string) => JobProgress {
  const histories = new JobHistories(MAX_JOBS, monotonicNow);
  const shared = { now, monotonicNow, histories, recorded: new RecordedJobs() };
  return (tenant) => new JobProgress(tenant, createProgress(shared));
}
