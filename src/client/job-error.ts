import type { Job } from './types.ts';

/** A job that failed or was canceled. */
export class JobError extends Error {
  override readonly name: string = 'JobError';
  /** The finished job. */
  declare readonly job: Job;

  constructor(job: Job) {
    super(job.failureReason ?? `The job has the status ${job.status}.`);
    this.job = job;
  }
}
