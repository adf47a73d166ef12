import { LRUCache } from 'lru-cache';

/** A job that is over, with how long it took. */
export interface Duration {
  /** Tells the job apart from every other one. */
  readonly name: string;
  /** When it finished, in milliseconds since the epoch. */
  readonly finishedAt: number;
  /** How long it took, in milliseconds. */
  readonly milliseconds: number;
}

/** How long jobs take, learned from those that are over. Classes never influence each other. */
export interface Durations {
  /** Remembers how long a job took, once; what is not more than 0 milliseconds is nonsense and refused. */
  learn(className: string, duration: Duration): void;
  /** How long jobs of the class usually take, in milliseconds: the median, which one wild job barely moves. */
  typical(className: string): number | null;
}

export interface DurationsOptions {
  /** How many classes are remembered; the one out of use for longest is forgotten first. @default 1_000 */
  classes?: number;
  /** How many durations of a class are remembered: those of the jobs that finished last. @default 20 */
  samples?: number;
}

export function createDurations({ classes = 1_000, samples = 20 }: DurationsOptions = {}): Durations {
  const remembered = new LRUCache<string, { newest: readonly Duration[]; typical: number | null }>({ max: classes });
  return {
    learn(className, duration) {
      if (!(duration.milliseconds > 0)) return;
      const known = remembered.get(className)?.newest ?? [];
      // Most that is learned was learned before, or is too old to count: lists are read again and again.
      const oldest = known.at(-1);
      if (oldest && known.length === samples && newestFirst(oldest, duration) < 0) return;
      const { name, finishedAt, milliseconds } = duration;
      // By the time first, because numbers are compared faster than names.
      if (known.some((each) => each.finishedAt === finishedAt && each.name === name)) return;
      if (known.some((each) => each.name === name)) return;
      // By when they finished, not by when they were learned: lists come newest first, and a job that fell out of the
      // window is older than all in it, so that it cannot come back and count again.
      const newest = [...known, { name, finishedAt, milliseconds }].sort(newestFirst).slice(0, samples);
      remembered.set(className, { newest, typical: median(newest.map((each) => each.milliseconds)) });
    },
    typical: (className) => remembered.get(className)?.typical ?? null,
  };
}

/** The name decides between jobs that finished at once, so that the order of learning never does. */
function newestFirst(a: Duration, b: Duration): number {
  return b.finishedAt - a.finishedAt || (a.name < b.name ? -1 : 1);
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}
