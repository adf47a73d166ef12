/** Measures for how long polls have failed in a row. */
export interface Outage {
  /** A poll has succeeded, or the upstream has asked to wait. */
  end(): void;
  /**
   * A poll has failed.
   *
   * @param interval The wait before it, in milliseconds.
   * @returns Whether the outage has reached its limit.
   */
  hasReachedLimit(interval: number): boolean;
}

export interface OutageOptions {
  /** The longest outage, in milliseconds. */
  limit: number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** More than a poll and the queue before it take, in milliseconds. */
const LONGEST_POLL = 60_000;

/**
 * Counts from the first failed poll, because nothing is known of the time before it: the machine may have slept. A failed
 * poll that comes much later than planned counts for no more than it should have taken, and cannot reach the limit unless
 * the poll before it was late as well. So a single failed poll after a sleep never ends a stream.
 */
export function createOutage({ limit, monotonicNow }: OutageOptions): Outage {
  let lastFailureAt: number | undefined;
  let duration = 0;
  let wasLate = false;
  return {
    end() {
      lastFailureAt = undefined;
      duration = 0;
      wasLate = false;
    },
    hasReachedLimit(interval) {
      const time = monotonicNow();
      const elapsed = time - (lastFailureAt ?? time);
      const longest = interval + LONGEST_POLL;
      const mayReachLimit = elapsed <= longest || wasLate;
      lastFailureAt = time;
      duration += Math.min(elapsed, longest);
      wasLate = elapsed > longest;
      return mayReachLimit && duration >= limit;
    },
  };
}
