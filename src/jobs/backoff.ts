export interface BackoffOptions {
  /** Interval after the first poll and after each change, in milliseconds. */
  fastest: number;
  /** Maximum interval, in milliseconds. The interval grows by half after each poll without a change. */
  slowest: number;
  /** Fraction by which each interval is randomly lengthened or shortened, to keep polls from synchronizing. @default 0.2 */
  jitter?: number;
  /** Returns a random number in [0, 1). @default Math.random */
  random?: () => number;
}

/** Intervals between polls: short while the state changes, longer while it does not. */
export interface Backoff {
  /** Returns the next interval, in milliseconds. */
  next(): number;
  /** Restarts at the shortest interval. */
  reset(): void;
}

export function createBackoff({ fastest, slowest, jitter = 0.2, random = Math.random }: BackoffOptions): Backoff {
  let interval = fastest;
  return {
    next() {
      const current = interval;
      interval = Math.min(slowest, interval * 1.5);
      return current * (1 - jitter + 2 * jitter * random());
    },
    reset() {
      interval = fastest;
    },
  };
}
