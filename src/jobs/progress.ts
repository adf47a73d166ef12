import { LRUCache } from 'lru-cache';
import { wallClockNow } from '../util/clocks.ts';
import { createDurations, type DurationsOptions } from './durations.ts';

/** What is known of a job. A time that is missing or no time, and a figure outside 0 to 1, count as not known. */
export interface JobFacts {
  /** Tells the job apart from every other, those of other credentials included. */
  readonly name: string;
  /** Jobs that take about as long as each other, and belong to one credential, have one class. */
  readonly class: string;
  /** `ended` is over without a result: failed, or canceled. */
  readonly state: 'running' | 'completed' | 'ended';
  readonly createdAt?: Date | null | undefined;
  readonly finishedAt?: Date | null | undefined;
  /** The upstream's own figure, from 0 to 1, when it gave one. */
  readonly reported?: number | null | undefined;
}

/** How far a job has come. */
export interface Progress {
  /** Share of the work done, from 0 to 1; 1 says that the job is completed. Null when nothing supports a figure. */
  readonly fraction: number | null;
  /** Whether `fraction` was worked out here; false when the upstream reported it, and when there is none. */
  readonly isEstimated: boolean;
  /** When the job will probably be over, always ahead of now; null when it is over, or nothing supports a time. */
  readonly estimatedCompletionAt: Date | null;
}

export interface ProgressOptions extends DurationsOptions {
  /** The wall clock, in milliseconds since the epoch: the upstream says when jobs began. */
  now?: () => number;
  /**
   * How many jobs are remembered with what was told of them, so that no later estimate is lower; the one out of use for
   * longest is forgotten first. @default 10_000
   */
  jobs?: number;
}

export interface ProgressEstimator {
  /** Learns how long a job took. Only completed jobs teach, and each counts once in its class. */
  learn(job: JobFacts): void;
  /**
   * How far a job has come. What the upstream reports is passed on as it is, be it less than before; an estimate is
   * never less than what was told of the job before.
   */
  of(job: JobFacts): Progress;
}

/** The most that is told of a running job, whoever says it: a client takes 1 for the end. */
const MOST = 0.999;
/** Up to this share an estimate follows the clock; from there it only nears the end. */
const STEADY = 0.9;
/** From this share on the time so far foretells the whole. */
const TELLING = 0.05;

/** Tells how far jobs have come: by the upstream's own figure, else by how long others of their class took. */
export function createProgress(options: ProgressOptions = {}): ProgressEstimator {
  const { now = wallClockNow, jobs = 10_000, ...bounds } = options;
  const durations = createDurations(bounds);
  /** The highest fraction told of each job. */
  const told = new LRUCache<string, number>({ max: jobs });

  const atLeastAsBefore = (name: string, fraction: number) => {
    const highest = Math.max(fraction, told.get(name) ?? 0);
    told.set(name, highest);
    return highest;
  };

  return {
    learn(job) {
      if (job.state !== 'completed') return;
      const [from, to] = [time(job.createdAt), time(job.finishedAt)];
      if (from === null || to === null) return;
      durations.learn(job.class, {
        finishedAt: to,
        milliseconds: to - from,
        get name() {
          return job.name;
        },
      });
    },

    of({ name, class: className, state, createdAt, reported: figure }) {
      if (state === 'completed') return { fraction: 1, isEstimated: false, estimatedCompletionAt: null };

      const reported = share(figure);
      if (state === 'ended') return { fraction: reported, isEstimated: false, estimatedCompletionAt: null };

      const present = now();
      const from = time(createdAt);
      // A clock that went back, or runs behind the upstream's, makes no time negative.
      const elapsed = from === null ? null : Math.max(0, present - from);
      const typical = durations.typical(className);

      if (reported !== null) {
        const fraction = Math.min(reported, MOST);
        atLeastAsBefore(name, fraction);
        const left = typical === null ? extrapolate(fraction, elapsed) : (1 - fraction) * typical;
        return { fraction, isEstimated: false, estimatedCompletionAt: ahead(present, left) };
      }

      if (elapsed === null || typical === null) {
        return { fraction: null, isEstimated: false, estimatedCompletionAt: null };
      }
      const { fraction, left } = estimate(elapsed, typical);
      return {
        fraction: atLeastAsBefore(name, fraction),
        isEstimated: true,
        // By today's knowledge, also where the fraction waits for it to catch up with what was told before.
        estimatedCompletionAt: ahead(present, left),
      };
    },
  };
}

/**
 * How far a job is that has run for so long, and how long it still takes, in milliseconds. Up to nine tenths of the
 * typical duration both follow the clock. From there on the share undone shrinks as the time grows, which keeps about a
 * tenth of the typical duration ahead: a late job is always about to end, and a client's bar never arrives before it.
 */
function estimate(elapsed: number, typical: number): { fraction: number; left: number } {
  const ratio = elapsed / typical;
  if (ratio <= STEADY) return { fraction: ratio, left: typical - elapsed };
  const fraction = Math.min(MOST, 1 - ((1 - STEADY) * STEADY) / ratio);
  return { fraction, left: elapsed / fraction - elapsed };
}

/** How long a job still takes, in milliseconds, when it goes on as it went; null when too little of it is done to tell. */
function extrapolate(fraction: number, elapsed: number | null): number | null {
  return elapsed === null || elapsed === 0 || fraction < TELLING ? null : elapsed / fraction - elapsed;
}

/** The time so many milliseconds ahead; null when there is none, or it lies beyond what a date can say. */
function ahead(present: number, left: number | null): Date | null {
  if (left === null) return null;
  const date = new Date(Math.ceil(present + left));
  return time(date) === null ? null : date;
}

function time(date: Date | null | undefined): number | null {
  const milliseconds = date?.getTime() ?? Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

function share(figure: number | null | undefined): number | null {
  return typeof figure === 'number' && figure >= 0 && figure <= 1 ? figure : null;
}
