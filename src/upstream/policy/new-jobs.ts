import type { OperationId } from '../../contract/contract.ts';
import type { Sleep } from '../../util/cancellation.ts';
import { UpstreamError } from '../errors.ts';
import type { RetryPolicy } from './retry.ts';

/** For how long the upstream may answer 404 to reads of a job that it just created, in milliseconds. */
const VISIBLE_WITHIN = 10_000;

/** The jobs that were created a moment ago, by the paths under which they are read. */
export class NewJobs {
  readonly #monotonicNow: () => number;
  /** When each was created, in this order. */
  readonly #createdAt = new Map<string, number>();

  /** @param monotonicNow The time by a clock that never goes back, in milliseconds. */
  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  add(path: string): void {
    this.#forgetOld();
    this.#createdAt.set(path, this.#monotonicNow());
  }

  delete(path: string): void {
    this.#createdAt.delete(path);
  }

  has(path: string): boolean {
    if (this.#createdAt.size === 0) return false;
    this.#forgetOld();
    return this.#createdAt.has(path);
  }

  #forgetOld(): void {
    const oldest = this.#monotonicNow() - VISIBLE_WITHIN;
    for (const [path, createdAt] of this.#createdAt) {
      if (createdAt > oldest) return;
      this.#createdAt.delete(path);
    }
  }
}

export interface ReadNewJobOptions {
  retry: Pick<RetryPolicy, 'delay'>;
  /** How often the read is repeated at most. */
  repetitions: number;
  pause: Sleep;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
}

/**
 * Reads a job that was created a moment ago. A 404 means that the upstream does not show it yet, so the read is repeated.
 *
 * @throws UpstreamError `not-visible` when the last repetition is answered with 404, too; what else `read` throws.
 */
export async function readNewJob<Result>(
  id: OperationId,
  read: () => Promise<Result>,
  { retry, repetitions, pause, random }: ReadNewJobOptions,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
      if (attempt > repetitions) {
        throw new UpstreamError(id, 'not-visible', 'created a moment ago and not visible yet', { cause: error });
      }
      const wait = random() * retry.delay(attempt);
      if (wait > 0) await pause(wait, NEVER);
    }
  }
}

const NEVER = new AbortController().signal;
