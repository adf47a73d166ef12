import { LRUCache } from 'lru-cache';

/** State of a job, as far as its duration depends on it. `unknown` means neither queued nor finished. */
export type JobPhase = 'queued' | 'running' | 'unknown' | 'completed' | 'ended';

/** A duration between two observed events, in milliseconds. */
export interface ObservedDuration {
  readonly milliseconds: number;
  /** Length of the interval that contains the true duration. */
  readonly uncertainty: number;
}

/** An event of which only the observations before and after it are known, in milliseconds of the monotonic clock. */
interface Between {
  readonly after: number;
  readonly before: number;
}

/** A job, of which the observations are kept under its hash. */
export interface ObservedJob {
  /** Unique name. Built on demand, because most jobs were never observed before. */
  readonly name: string;
  /** Hash of what the name contains. */
  readonly hash: number;
}

/** Observations of a job. */
interface History {
  /** Name of the job. Of several with the same hash, the last one is kept. */
  readonly name: string;
  /** Highest progress returned, from 0 to 1; undefined before the first. */
  fraction?: number;
  /** Time of the last observation in the queue. */
  queuedAt?: number;
  /** Start of processing; only known if the job was in the queue before. */
  start?: Between;
  /** Time of the last observation while it was processed. */
  runningAt?: number;
  /** True once it was observed that the job has finished. A later observation of an earlier phase is outdated. */
  isFinished?: boolean;
}

/** Observations of jobs: when they left the queue, and their highest progress. */
export class JobHistories {
  readonly #histories: LRUCache<number, History>;
  readonly #monotonicNow: () => number;

  /** @param max Maximum number of jobs; the least recently used one is evicted. */
  constructor(max: number, monotonicNow: () => number) {
    this.#histories = new LRUCache({ max });
    this.#monotonicNow = monotonicNow;
  }

  /** Records the phase of a job. @returns The processing time of a job that has completed since the last call, if observed. */
  observe(job: ObservedJob, phase: JobPhase): ObservedDuration | undefined {
    const history = phase === 'queued' ? this.#memo(job) : this.#find(job);
    if (!history || history.isFinished || phase === 'unknown') return undefined;
    const now = this.#monotonicNow();
    if (phase === 'queued') {
      history.queuedAt = now;
      delete history.start;
      return undefined;
    }
    if (phase === 'running') {
      if (history.queuedAt !== undefined) history.start ??= { after: history.queuedAt, before: now };
      history.runningAt = now;
      return undefined;
    }
    history.isFinished = true;
    const { start, runningAt } = history;
    if (phase === 'ended' || !start || runningAt === undefined) return undefined;
    return durationBetween(start, { after: runningAt, before: now });
  }

  /** Time since a job has left the queue; undefined if that was not observed. */
  sinceStart(job: ObservedJob): ObservedDuration | undefined {
    const start = this.#find(job)?.start;
    const now = this.#monotonicNow();
    return start && durationBetween(start, { after: now, before: now });
  }

  /** The highest progress so far; null if there is none. */
  highestFraction(job: ObservedJob): number | null {
    return this.#find(job)?.fraction ?? null;
  }

  /** Records a progress that the upstream reported, and returns it. */
  reported(job: ObservedJob, fraction: number): number {
    this.estimated(job, fraction);
    return fraction;
  }

  /** Records an estimated progress. @returns The highest progress so far. */
  estimated(job: ObservedJob, fraction: number): number {
    const history = this.#memo(job);
    history.fraction = Math.max(fraction, history.fraction ?? 0);
    return history.fraction;
  }

  #find(job: ObservedJob): History | undefined {
    const found = this.#histories.get(job.hash);
    return found && found.name === job.name ? found : undefined;
  }

  #memo(job: ObservedJob): History {
    const known = this.#find(job);
    if (known) return known;
    const history: History = { name: job.name };
    this.#histories.set(job.hash, history);
    return history;
  }
}

/** The duration between the middles of two intervals. */
const durationBetween = (start: Between, end: Between): ObservedDuration => ({
  milliseconds: (end.after + end.before - start.after - start.before) / 2,
  uncertainty: end.before - end.after + start.before - start.after,
});
