import { LRUCache } from 'lru-cache';

/** A completed job and its duration. */
export interface Duration {
  /** Unique name of the job. */
  readonly name: string;
  /** Time of completion, in milliseconds since the epoch. */
  readonly finishedAt: number;
  /** Duration, in milliseconds. */
  readonly milliseconds: number;
}

/** Typical durations of jobs, by class, from completed jobs. */
export interface Durations {
  /** Adds the duration of a job, once. Ignores durations that are not positive. */
  add(className: string, duration: Duration): void;
  /** Median duration of a class, in milliseconds; null if none is known. */
  typical(className: string): number | null;
}

export interface DurationsOptions {
  /** Maximum number of classes; the least recently used one is evicted. @default 1_000 */
  classes?: number;
  /** Maximum number of durations per class: those of the most recently finished jobs. @default 20 */
  samples?: number;
}

export function createDurations({ classes = 1_000, samples = 20 }: DurationsOptions = {}): Durations {
  const cache = new LRUCache<string, { newest: readonly Duration[]; typical: number | null }>({ max: classes });
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
      cache.set(className, { newest, typical: median(newest.map((each) => each.milliseconds)) });
    },
    typical: (className) => cache.get(className)?.typical ?? null,
  };
}

/** Compares by time of completion, then by name, so that the order of arrival never matters. */
function newestFirst(a: Duration, b: Duration): number {
  return b.finishedAt - a.finishedAt || (a.name < b.name ? -1 : 1);
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}
