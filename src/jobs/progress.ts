import { LRUCache } from 'lru-cache';
import { wallClockNow } from '../util/clocks.ts';
import { createDurations, type DurationsOptions } from './durations.ts';

/** Properties of a job. An invalid date, or a progress outside 0 to 1, counts as unknown. */
export interface JobFacts {
  /** Unique name of the job, across all credentials. */
  readonly name: string;
  /** Class of jobs of one credential with similar durations. */
  readonly class: string;
  /** `ended` means failed or canceled. */
  readonly state: 'running' | 'completed' | 'ended';
  readonly createdAt?: Date | null | undefined;
  readonly finishedAt?: Date | null | undefined;
  /** Progress reported by the upstream, from 0 to 1. */
  readonly reported?: number | null | undefined;
}

/** Progress of a job. */
export interface Progress {
  /** Completed fraction, from 0 to 1; 1 only for a completed job. Null if unknown. */
  readonly fraction: number | null;
  /** True if `fraction` is estimated; false if the upstream reported it, or if it is null. */
  readonly isEstimated: boolean;
  /** Estimated time of completion, always in the future; null if the job is finished, or the time is unknown. */
  readonly estimatedCompletionAt: Date | null;
}

export interface ProgressOptions extends DurationsOptions {
  /** The wall clock, in milliseconds since the epoch, to compare with timestamps of the upstream. */
  now?: () => number;
  /**
   * Maximum number of jobs whose highest fraction is cached, so that no later estimate is lower; the least recently used
   * one is evicted. @default 10_000
   */
  jobs?: number;
}

export interface ProgressEstimator {
  /** Records the duration of a completed job, once. Ignores other jobs. */
  recordDuration(job: JobFacts): void;
  /**
   * Returns the progress of a job. A value from the upstream is passed on, even if it is lower than before; an estimate is never
   * lower than an earlier value.
   */
  progressOf(job: JobFacts): Progress;
}

/** Maximum fraction of a running job, because clients take 1 for completed. */
const MAX_RUNNING = 0.999;
/** Fraction up to which an estimate is linear; beyond it, the estimate approaches 1. */
const LINEAR_UNTIL = 0.9;
/** Minimum fraction from which the remaining time is extrapolated. */
const MIN_EXTRAPOLATED = 0.05;

/** Determines progress from the upstream's value, or else from the durations of jobs of the same class. */
export function createProgress(options: ProgressOptions = {}): ProgressEstimator {
  const { now = wallClockNow, jobs = 10_000, ...durationOptions } = options;
  const durations = createDurations(durationOptions);
  /** Highest fraction returned for each job. */
  const highestByJob = new LRUCache<string, number>({ max: jobs });

  const toMonotonic = (name: string, fraction: number) => {
    const highest = Math.max(fraction, highestByJob.get(name) ?? 0);
    highestByJob.set(name, highest);
    return highest;
  };

  return {
    recordDuration(job) {
      if (job.state !== 'completed') return;
      const [from, to] = [time(job.createdAt), time(job.finishedAt)];
      if (from === null || to === null) return;
      durations.add(job.class, {
        finishedAt: to,
        milliseconds: to - from,
        get name() {
          return job.name;
        },
      });
    },

    progressOf({ name, class: className, state, createdAt, reported: value }) {
      if (state === 'completed') return { fraction: 1, isEstimated: false, estimatedCompletionAt: null };

      const reported = validFraction(value);
      if (state === 'ended') return { fraction: reported, isEstimated: false, estimatedCompletionAt: null };

      const present = now();
      const from = time(createdAt);
      // Negative if the clock was set back, or runs behind the one of the upstream.
      const elapsed = from === null ? null : Math.max(0, present - from);
      const typical = durations.typical(className);

      if (reported !== null) {
        const fraction = Math.min(reported, MAX_RUNNING);
        toMonotonic(name, fraction);
        const remaining = typical === null ? extrapolate(fraction, elapsed) : (1 - fraction) * typical;
        return { fraction, isEstimated: false, estimatedCompletionAt: dateAfter(present, remaining) };
      }

      if (elapsed === null || typical === null) {
        return { fraction: null, isEstimated: false, estimatedCompletionAt: null };
      }
      const { fraction, remaining } = estimate(elapsed, typical);
      return {
        fraction: toMonotonic(name, fraction),
        isEstimated: true,
        // Not adjusted to a higher fraction that was reported before.
        estimatedCompletionAt: dateAfter(present, remaining),
      };
    },
  };
}

/**
 * Estimates fraction and remaining time, in milliseconds. Both are linear up to nine tenths of the typical duration. Beyond
 * that, the fraction approaches 1 and the remaining time stays at about a tenth of the typical duration, so that a progress bar
 * never reaches its end before the job does.
 */
function estimate(elapsed: number, typical: number): { fraction: number; remaining: number } {
  const ratio = elapsed / typical;
  if (ratio <= LINEAR_UNTIL) return { fraction: ratio, remaining: typical - elapsed };
  const fraction = Math.min(MAX_RUNNING, 1 - ((1 - LINEAR_UNTIL) * LINEAR_UNTIL) / ratio);
  return { fraction, remaining: elapsed / fraction - elapsed };
}

/** Extrapolates the remaining time, in milliseconds; null if too little of the job is done. */
function extrapolate(fraction: number, elapsed: number | null): number | null {
  return elapsed === null || elapsed === 0 || fraction < MIN_EXTRAPOLATED ? null : elapsed / fraction - elapsed;
}

/** The date after the remaining time; null if it is unknown, or beyond the range of dates. */
function dateAfter(present: number, remaining: number | null): Date | null {
  if (remaining === null) return null;
  const date = new Date(Math.ceil(present + remaining));
  return time(date) === null ? null : date;
}

function time(date: Date | null | undefined): number | null {
  const milliseconds = date?.getTime() ?? Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

function validFraction(value: number | null | undefined): number | null {
  return typeof value === 'number' && value >= 0 && value <= 1 ? value : null;
}
