import { LRUCache } from 'lru-cache';
import { median, removeTrend } from './trend.ts';

/** A completed job and its duration. */
export interface Duration {
  /** Hash that identifies the job in its class. Two jobs with the same one, which are very rare, count as one. */
  readonly hash: number;
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
  /** Number of classes that were evicted so far. */
  readonly evicted: number;
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
  /** In order of completion, the last one first. */
  readonly newest: Duration[];
  /** Computed on first use. */
  distribution: Distribution | undefined;
}

export function createDurations(options: DurationsOptions = {}): Durations {
  const { classes = 1_000, samples = 100, recentSamples = 40 } = options;
  let evicted = 0;
  const cache = new LRUCache<string, ClassDurations>({
    max: classes,
    dispose(_, __, reason) {
      if (reason === 'evict') evicted++;
    },
  });
  return {
    get evicted() {
      return evicted;
    },
    add(className, duration) {
      if (!(duration.milliseconds > 0)) return;
      const known = cache.get(className);
      const newest = known?.newest ?? [];
      // Most jobs are already known or too old, because lists are read repeatedly.
      const oldest = newest.at(-1);
      if (oldest && newest.length === samples && newestFirst(oldest, duration) < 0) return;
      for (const each of newest) if (each.hash === duration.hash) return;
      // In order of completion, not of arrival: a job that was dropped is older than all others, so it cannot be added again.
      const next = newest.findIndex((each) => newestFirst(duration, each) < 0);
      if (next === -1) newest.push(duration);
      else newest.splice(next, 0, duration);
      if (newest.length > samples) newest.pop();
      if (known) known.distribution = undefined;
      else cache.set(className, { newest, distribution: undefined });
    },
    of(className) {
      const found = cache.get(className);
      if (found) found.distribution ??= distributionOf(found.newest, recentSamples);
      return found?.distribution;
    },
  };
}

/** Compares by time of completion, then by hash, so that the order of arrival never matters. */
const newestFirst = (a: Duration, b: Duration): number => b.finishedAt - a.finishedAt || a.hash - b.hash;

function distributionOf(newest: readonly Duration[], recentSamples: number): Distribution {
  const values = newest.map(({ milliseconds }) => milliseconds).reverse();
  const recent = sort(removeTrend(values.slice(-recentSamples)));
  return { recent, all: sort(removeTrend(values)), typical: median(recent) };
}

const sort = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
