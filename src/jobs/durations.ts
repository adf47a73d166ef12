import { LRUCache } from 'lru-cache';
import { median, removeTrend } from './trend.ts';

/** A completed job and its duration. */
export interface Duration {
  /** Unique name of the job. */
  readonly name: string;
  /** Time of completion, in milliseconds since the epoch. */
  readonly finishedAt: number;
  /** Duration, in milliseconds. */
  readonly milliseconds: number;
}

/** The durations of one class, in milliseconds, sorted and without their trend. */
export interface Distribution {
  /** Those of the most recently finished jobs. */
  readonly recent: readonly number[];
  /** All cached durations, for rare events. */
  readonly all: readonly number[];
  /** Median of the recent durations. */
  readonly typical: number;
}

/** Durations of completed jobs, by class. */
export interface Durations {
  /** Adds the duration of a job, once. Ignores durations that are not positive. */
  add(className: string, duration: Duration): void;
  /** The distribution of a class; undefined if no duration is known. */
  of(className: string): Distribution | undefined;
}

export interface DurationsOptions {
  /** Maximum number of classes; the least recently used one is evicted. @default 1_000 */
  classes?: number;
  /** Maximum number of durations per class: those of the most recently finished jobs. @default 100 */
  samples?: number;
  /** Number of durations that estimates use, so that they follow changes. @default 40 */
  recentSamples?: number;
}

interface ClassDurations {
  readonly newest: readonly Duration[];
  /** Computed on first use. */
  distribution?: Distribution;
}

export function createDurations(options: DurationsOptions = {}): Durations {
  const { classes = 1_000, samples = 100, recentSamples = 40 } = options;
  const cache = new LRUCache<string, ClassDurations>({ max: classes });
  return {
    add(className, duration) {
      if (!(duration.milliseconds > 0)) return;
      const current = cache.get(className)?.newest ?? [];
      // Most jobs are already known or too old, because lists are read repeatedly.
      const oldest = current.at(-1);
      if (oldest && current.length === samples && newestFirst(oldest, duration) < 0) return;
      const { name, finishedAt, milliseconds } = duration;
      // Times first, because numbers are compared faster than strings.
      if (current.some((each) => each.finishedAt === finishedAt && each.name === name)) return;
      if (current.some((each) => each.name === name)) return;
      // In order of completion, not of arrival: a job that was dropped is older than all others, so it cannot be added again.
      const newest = [...current, { name, finishedAt, milliseconds }].sort(newestFirst).slice(0, samples);
      cache.set(className, { newest });
    },
    of(className) {
      const found = cache.get(className);
      if (found) found.distribution ??= distributionOf(found.newest, recentSamples);
      return found?.distribution;
    },
  };
}

/** Compares by time of completion, then by name, so that the order of arrival never matters. */
function newestFirst(a: Duration, b: Duration): number {
  return b.finishedAt - a.finishedAt || (a.name < b.name ? -1 : 1);
}

function distributionOf(newest: readonly Duration[], recentSamples: number): Distribution {
  const values = newest.map(({ milliseconds }) => milliseconds).reverse();
  const recent = sort(removeTrend(values.slice(-recentSamples)));
  return { recent, all: sort(removeTrend(values)), typical: median(recent) };
}

const sort = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
