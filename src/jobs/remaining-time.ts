import type { Distribution } from './durations.ts';
import { median } from './trend.ts';

/**
 * Estimates of the time that a job still takes, from the durations of comparable jobs: those that took longer than this one has
 * taken so far. See docs/decisions/0041-honest-estimates.md.
 */

/** Remaining share of a job's duration from which it is about to end. */
const LAST_SHARE = 1 / 10;
/** An estimate that is off by at most this factor, or by {@link LAST_SHARE} of the whole duration, is close enough. */
const FACTOR = 2;

/** Requirements on the comparable jobs behind an estimate. */
interface Support {
  /** Minimum share of the recent jobs that took longer. */
  readonly comparable: number;
  /** Minimum share of the comparable jobs to which the estimate is close enough. */
  readonly accurate: number;
}

/** For a job that is about to end. */
const NEAR: Support = { comparable: 1 / 4, accurate: 3 / 4 };
/** For any other job. */
const FAR: Support = { comparable: 1 / 2, accurate: 9 / 10 };
/** Maximum share of comparable jobs in the last tenth of their duration, if the estimate is not in it. */
const MAX_ENDING = 0.05;
/** Minimum number of comparable jobs for a bound: the tenth of ten such jobs may take longer than the other nine. */
const MIN_BOUND_JOBS = 9;

/**
 * The median remaining time of comparable jobs, in milliseconds; null if it would often be wrong, because they differ too much
 * or are too few.
 */
export function estimateRemaining({ recent }: Distribution, elapsed: number): number | null {
  const comparable = remainingTimes(recent, elapsed);
  if (comparable.length === 0) return null;
  const remaining = median(comparable);
  const tolerance = (elapsed + remaining) * LAST_SHARE;
  const isNear = remaining <= tolerance;
  const required = isNear ? NEAR : FAR;
  if (comparable.length < required.comparable * recent.length) return null;

  const from = Math.min(remaining / FACTOR, remaining - tolerance);
  const to = Math.max(remaining * FACTOR, remaining + tolerance);
  const accurate = comparable.filter((each) => each >= from && each <= to);
  if (accurate.length < required.accurate * comparable.length) return null;
  if (isNear) return remaining;
  const ending = comparable.filter((each) => each <= (elapsed + each) * LAST_SHARE);
  return ending.length > MAX_ENDING * comparable.length ? null : remaining;
}

/**
 * The time, in milliseconds, within which 9 of 10 comparable jobs end; null if there are too few. The later one of the recent and
 * of all comparable jobs, because either may be misleading: few jobs by chance, old ones after a change.
 */
export function boundRemaining({ recent, all }: Distribution, elapsed: number): number | null {
  const bounds = [recent, all].flatMap((durations) => boundOf(remainingTimes(durations, elapsed)) ?? []);
  return bounds.length === 0 ? null : Math.max(...bounds);
}

function boundOf(comparable: readonly number[]): number | null {
  if (comparable.length < MIN_BOUND_JOBS) return null;
  // The n-th of k values is a bound for n of k + 1 jobs.
  return comparable[Math.ceil(0.9 * (comparable.length + 1)) - 1] ?? null;
}

/** Remaining times of the jobs that took longer, in ascending order. */
function remainingTimes(sorted: readonly number[], elapsed: number): readonly number[] {
  const first = sorted.findIndex((duration) => duration > elapsed);
  return first < 0 ? [] : sorted.slice(first).map((duration) => duration - elapsed);
}
