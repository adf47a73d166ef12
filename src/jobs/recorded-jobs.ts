import type { JobPhase } from './job-history.ts';

/** A finished job, as far as its records depend on it. */
interface FinishedJob {
  /** Hash of its unique name. @default it is recorded each time */
  readonly hash?: number;
  readonly phase: JobPhase;
  readonly createdAt?: Date | null | undefined;
  readonly finishedAt?: Date | null | undefined;
}

/** Number of jobs that are remembered at most. Must be a power of two. */
const SLOTS = 16_384;

/**
 * Remembers which finished jobs were recorded lately, because lists return the same ones again and again. It takes the same
 * memory for any number of jobs: each has the slot of its hash, in which it replaces another one.
 */
export class RecordedJobs {
  readonly #hashes = new Int32Array(SLOTS);
  #periods = 0;

  /** Starts a period, in which no job is recorded yet: for another tenant, or after records were evicted. */
  newPeriod(): number {
    return ++this.#periods;
  }

  /**
   * Adds a finished job.
   *
   * @param period From {@link newPeriod}. No job counts as recorded in another one.
   * @returns False if it was recorded with the same times.
   */
  add({ hash, phase, createdAt, finishedAt }: FinishedJob, period: number): boolean {
    if (hash === undefined) return true;
    let own = mix(hash, period);
    own = mix(own, phase === 'completed' ? 1 : 2);
    own = mix(own, createdAt?.getTime() ?? 0);
    own = mix(own, finishedAt?.getTime() ?? 0);
    const slot = own & (SLOTS - 1);
    if (this.#hashes[slot] === own) return false;
    this.#hashes[slot] = own;
    return true;
  }
}

/** Adds a number to a hash of 32 bits. Times in milliseconds have more, so both halves count. */
function mix(hash: number, value: number): number {
  const low = Math.imul(hash ^ value, 0x01000193);
  return Math.imul(low ^ (value / 2 ** 32), 0x01000193);
}
