import { isDeepStrictEqual } from 'node:util';
import type { JobKey, JobRow } from './context.ts';
import type { BackoffOptions } from './jobs/backoff.ts';
import type { Job } from './jobs/watch.ts';
import { UpstreamError } from './upstream/errors.ts';
import type { Upstream } from './upstream/upstream.ts';

type Pace = Pick<BackoffOptions, 'fastest' | 'slowest'>;

/** How often jobs are looked at, in milliseconds. A prediction takes seconds, a training minutes to hours. */
const PACE: Readonly<Record<JobKey['kind'], Pace>> = {
  Prediction: { fastest: 1_000, slowest: 5_000 },
  Training: { fastest: 2_000, slowest: 15_000 },
};

/** How the upstream's jobs are watched. @param tenant Tells the credential apart from every other one. */
export function jobOf(upstream: Upstream, tenant: string, key: JobKey): Job<JobRow, JobKey> {
  return {
    key,
    name: `${tenant} ${key.kind} ${'modelId' in key ? `${key.modelId}/` : ''}${key.id}`,
    read: (signal) =>
      key.kind === 'Training' ? upstream.trainings.get(key, { signal }) : upstream.predictions.get(key.id, { signal }),
    isFinished: ({ status }) => status?.isFinished ?? false,
    isChange: (before, after) => !isDeepStrictEqual(visible(before), visible(after)),
    isPassing,
    pace: PACE[key.kind],
  };
}

/** What a viewer could see of a state. Addresses of images may be new at every look, although the images are not. */
const visible = (row: JobRow) => (row.kind === 'Prediction' ? { ...row, images: row.images?.length } : row);

/** Whether a failure says nothing about the job. A refusal of the key, or of the job's id, will not pass. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof UpstreamError)) return false;
  const { status } = error;
  return error.failure !== 'status' || status === undefined || status === 408 || status === 429 || status >= 500;
}
