import { monotonicNow as realMonotonicNow, wallClockNow } from '../util/clocks.ts';
import { hashOf } from '../util/hash.ts';
import { type Distribution, Durations, type DurationsOptions } from './durations.ts';
import { JobHistories, type JobPhase, type ObservedJob } from './job-history.ts';
import { RecordedJobs } from './recorded-jobs.ts';
import { boundRemaining, estimateRemaining } from './remaining-time.ts';

/** Properties of a job. An invalid date, or a progress outside 0 to 1, counts as unknown. */
export interface JobFacts {
  /** Unique name of the job, across all credentials. */
  readonly name: string;
  /**
   * Hash of what the name contains. Jobs with the same hash are very rare.
   *
   * @default computed from the name, and the job is recorded again each time
   */
  readonly hash?: number;
  /** Classes of jobs with similar durations, from the narrowest to the widest. */
  readonly classes: readonly string[];
  readonly phase: JobPhase;
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
  /** Estimated time of completion, always in the future; null if the job is not processed, or an estimate would often be wrong. */
  readonly estimatedCompletionAt: Date | null;
  /** Time by which 9 of 10 such jobs have ended, never before the estimate; null if too few such jobs are known. */
  readonly likelyCompletedBy: Date | null;
}

export interface ProgressOptions extends Omit<DurationsOptions, 'onEvicted'> {
  /** The wall clock, in milliseconds since the epoch, to compare with timestamps of the upstream. */
  now?: () => number;
  /** The monotonic clock, in milliseconds, to measure the time between observations. */
  monotonicNow?: () => number;
  /** Maximum number of jobs whose observations are cached; the least recently used one is evicted. @default 10_000 */
  jobs?: number;
  /** The observations of jobs; tenants can share them. @default its own, of `jobs` jobs */
  histories?: JobHistories;
  /** The jobs whose durations were recorded; tenants can share it. @default its own */
  recorded?: RecordedJobs;
}

/** Estimates the progress of the jobs of one tenant. */
export interface ProgressEstimator {
  /**
   * Records the phase of a job: its start, and once it has completed its duration, once. The more often it is called for a job,
   * the more precise are both.
   */
  recordDuration(job: JobFacts): void;
  /**
   * Returns the progress of a job. A value from the upstream is passed on, even if it is lower than before; an estimate is never
   * lower than an earlier value.
   */
  progressOf(job: JobFacts): Progress;
}

/** Maximum fraction of a running job, because clients take 1 for completed. */
const MAX_RUNNING = 0.999;
/** Minimum fraction from which the remaining time is extrapolated. */
const MIN_EXTRAPOLATED = 0.05;
/** Maximum uncertainty of an observed duration, as a share of it. */
const MAX_UNCERTAINTY = 0.25;

/** Determines progress from the upstream's value, or else from the durations of jobs of the same class. */
export function createProgress(options: ProgressOptions = {}): ProgressEstimator {
  const { now = wallClockNow, monotonicNow = realMonotonicNow, jobs = 10_000, recorded = new RecordedJobs() } = options;
  const { histories = new JobHistories(jobs, monotonicNow) } = options;
  let period = recorded.newPeriod();
  const durationOptions: DurationsOptions = {
    ...options,
    onEvicted() {
      period = recorded.newPeriod();
    },
  };
  /** Durations of processing, for jobs whose start was observed. Created on first use, like those below. */
  let processing: Durations | undefined;
  /** Durations since creation, which may include time in the queue. */
  let total: Durations | undefined;

  /** The distribution of the narrowest class with data. Compares like with like: processing times if the start is known. */
  const distributionOf = (classes: readonly string[], isStartKnown: boolean): Distribution | undefined => {
    for (const name of classes) {
      const found = (isStartKnown && processing?.of(name)) || total?.of(name);
      if (found) return found;
    }
    return undefined;
  };

  return {
    recordDuration(job) {
      const { phase } = job;
      if ((phase === 'completed' || phase === 'ended') && !recorded.add(job, period)) return;
      const identity = identified(job);
      const observed = histories.observe(identity, phase);
      if (phase !== 'completed') return;
      const { hash } = identity;
      const { classes } = job;
      const [from, to] = [time(job.createdAt), time(job.finishedAt)];
      if (observed && isPrecise(observed.uncertainty, observed.milliseconds)) {
        const duration = { hash, finishedAt: to ?? now(), milliseconds: observed.milliseconds };
        processing ??= new Durations(durationOptions);
        for (const each of classes) processing.add(each, duration);
      }
      if (from === null || to === null) return;
      const duration = { hash, finishedAt: to, milliseconds: to - from };
      total ??= new Durations(durationOptions);
      for (const each of classes) total.add(each, duration);
    },

    progressOf(facts) {
      const { classes, phase, createdAt, reported: value } = facts;
      if (phase === 'completed') return { ...UNKNOWN, fraction: 1 };
      const reported = validFraction(value);
      if (phase === 'ended') return { ...UNKNOWN, fraction: reported };
      const job = identified(facts);
      if (phase === 'queued') {
        if (reported === null) return UNKNOWN;
        return { ...UNKNOWN, fraction: histories.reported(job, Math.min(reported, MAX_RUNNING)) };
      }

      const present = now();
      const from = time(createdAt);
      const observed = histories.sinceStart(job);
      // Negative if the clock was set back, or runs behind the one of the upstream.
      const elapsed = observed?.milliseconds ?? (from === null ? null : Math.max(0, present - from));
      const distribution = distributionOf(classes, observed !== undefined);
      /** A remaining time from the distribution; null if the start is too uncertain. */
      const predict = (predictor: typeof estimateRemaining): number | null => {
        if (!distribution || elapsed === null) return null;
        const remaining = predictor(distribution, elapsed);
        if (remaining === null) return null;
        return isPrecise(observed?.uncertainty ?? 0, elapsed + remaining) ? remaining : null;
      };
      const datesOf = (remaining: number | null) => {
        const bound = predict(boundRemaining);
        return {
          estimatedCompletionAt: dateAfter(present, remaining),
          likelyCompletedBy: dateAfter(present, bound === null ? null : Math.max(bound, remaining ?? 0)),
        };
      };

      if (reported !== null) {
        const fraction = histories.reported(job, Math.min(reported, MAX_RUNNING));
        const remaining = distribution ? (1 - fraction) * distribution.typical : extrapolate(fraction, elapsed);
        return { fraction, isEstimated: false, ...datesOf(remaining) };
      }
      const remaining = predict(estimateRemaining);
      const fraction =
        elapsed === null || remaining === null
          ? histories.highestFraction(job)
          : histories.estimated(job, Math.min(elapsed / (elapsed + remaining), MAX_RUNNING));
      return { fraction, isEstimated: fraction !== null, ...datesOf(remaining) };
    },
  };
}

const UNKNOWN = { fraction: null, isEstimated: false, estimatedCompletionAt: null, likelyCompletedBy: null } as const;

/** A job with its hash. */
const identified = (job: JobFacts): ObservedJob =>
  job.hash === undefined ? { name: job.name, hash: hashOf(job.name) } : (job as ObservedJob);

const isPrecise = (uncertainty: number, duration: number): boolean => uncertainty <= MAX_UNCERTAINTY * duration;

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
