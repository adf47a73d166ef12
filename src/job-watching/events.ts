import type { JobEvent } from '../jobs/events.ts';
import type { JobRow, WatchedKey } from '../upstream/jobs.ts';

/** An event of a subscription to jobs. */
export type JobUpdate = JobEvent<JobRow, WatchedKey>;
