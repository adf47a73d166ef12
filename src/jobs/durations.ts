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

export interface DurationsOptions {
  /** Maximum number of classes; the least recently used one is evicted. @default 50 */
  classes?: number;
  /** Maximum number of durations per class: those of the most recently finished jobs. @default 100 */
  samples?: number;
  /** Number of durations that estimates use, so that they follow changes. @default 40 */
  recentSamples?: number;
  /** Called when a class was evicted: jobs whose duration was added before may be added again. @default nothing happens */
  onEvicted?: (() => void) | undefined;
}

/** Maximum number of durations of all classes. Beyond it, the least recently used class is evicted, too. */
const MAX_DURATIONS = 1_000;

interface ClassDurations {
  /** In order of completion, the last one first. */
  readonly newest: Duration[];
  /** Computed on first use. */
  distribution: Distribution | undefined;
  /** Number of uses of all classes until its last one. */
  lastUse: number;
}

/** Durations of completed jobs of one tenant, by class. */
export class Durations {
  readonly #maxClasses: number;
  readonly #samples: number;
  readonly #recentSamples: number;
  readonly #onEvicted: (() => void) | undefined;
  readonly #classes = new Map<string, ClassDurations>();
  #uses = 0;
  #size = 0;

  constructor({ classes = 50, samples = 100, recentSamples = 40, onEvicted }: DurationsOptions = {}) {
    this.#maxClasses = classes;
    this.#samples = samples;
    this.#recentSamples = recentSamples;
    this.#onEvicted = onEvicted;
  }

  /** Adds the duration of a job, once. Ignores durations that are not positive. */
  add(className: string, duration: Duration): void {
    if (!(duration.milliseconds > 0)) return;
    const known = this.#use(className) ?? this.#create(className);
    const { newest } = known;
    // Most jobs are already known or too old, because lists are read repeatedly.
    const oldest = newest.at(-1);
    if (oldest && newest.length === this.#samples && newestFirst(oldest, duration) < 0) return;
    for (const each of newest) if (each.hash === duration.hash) return;
    // In order of completion, not of arrival: a job that was dropped is older than all others, so it cannot be added again.
    const next = newest.findIndex((each) => newestFirst(duration, each) < 0);
    if (next === -1) newest.push(duration);
    else newest.splice(next, 0, duration);
    known.distribution = undefined;
    if (newest.length > this.#samples) newest.pop();
    else if (++this.#size > MAX_DURATIONS) this.#evict();
  }

  /** The distribution of a class; undefined if no duration is known. */
  of(className: string): Distribution | undefined {
    const known = this.#use(className);
    if (known) known.distribution ??= distributionOf(known.newest, this.#recentSamples);
    return known?.distribution;
  }

  #use(className: string): ClassDurations | undefined {
    const known = this.#classes.get(className);
    if (known) known.lastUse = ++this.#uses;
    return known;
  }

  #create(className: string): ClassDurations {
    if (this.#classes.size === this.#maxClasses) this.#evict();
    const created = { newest: [], distribution: undefined, lastUse: ++this.#uses };
    this.#classes.set(className, created);
    return created;
  }

  /** Few tenants ever have as many classes, so that most need no list in the order of use. */
  #evict(): void {
    let [oldest] = this.#classes;
    for (const each of this.#classes) if (oldest && each[1].lastUse < oldest[1].lastUse) oldest = each;
    if (!oldest) return;
    this.#classes.delete(oldest[0]);
    this.#size -= oldest[1].newest.length;
    this.#onEvicted?.();
  }
}

/** Compares by time of completion, then by hash, so that the order of arrival never matters. */
const newestFirst = (a: Duration, b: Duration): number => b.finishedAt - a.finishedAt || a.hash - b.hash;

function distributionOf(newest: readonly Duration[], recentSamples: number): Distribution {
  const values = newest.map(({ milliseconds }) => milliseconds).reverse();
  const recent = sort(removeTrend(values.slice(-recentSamples)));
  return { recent, all: sort(removeTrend(values)), typical: median(recent) };
}

const sort = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
