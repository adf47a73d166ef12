import type { OperationId } from '../../contract/contract.ts';
import { NEVER_ABORTED } from '../../util/abort-signals.ts';
import type { Sleep } from '../../util/cancellation.ts';
import { UpstreamError } from '../errors.ts';
import type { RetryPolicy } from './retry.ts';

/** Time for which the upstream may respond 404 to reads of a new job, in milliseconds. */
export const NEW_JOB_TIME = 10_000;

export interface ReadNewJobOptions {
  retry: Pick<RetryPolicy, 'delay'>;
  /** Maximum number of retries. */
  maxRetries: number;
  sleep: Sleep;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
}

/**
 * Reads a recently created job. Retries after a 404, because the upstream may not return the job yet.
 *
 * @throws UpstreamError `not-visible` if the last response is 404, too; any other error of `read`.
 */
export async function readNewJob<Result>(
  id: OperationId,
  read: () => Promise<Result>,
  { retry, maxRetries, sleep, random }: ReadNewJobOptions,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
      if (attempt > maxRetries) {
        throw new UpstreamError(id, 'not-visible', 'the new job is not visible yet', { cause: error });
      }
      const wait = random() * retry.delay(attempt);
      if (wait > 0) await sleep(wait, NEVER_ABORTED);
    }
  }
}
