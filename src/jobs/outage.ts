/** Measures how long consecutive polls have failed. */
export interface Outage {
  /** Resets the outage, after a successful poll or a `Retry-After`. */
  end(): void;
  /**
   * Records a failed poll.
   *
   * @param interval Interval before the poll, in milliseconds.
   * @returns True if the outage has reached its limit.
   */
  hasReachedLimit(interval: number): boolean;
}

export interface OutageOptions {
  /** Maximum duration of an outage, in milliseconds. */
  limit: number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Upper bound for the time that a poll takes, including its queue, in milliseconds. */
const MAX_POLL_TIME = 60_000;

/**
 * Counts from the first failed poll, because the machine may have been suspended before it. A failed poll that is much later
 * than planned counts only for the time that it should have taken, and reaches the limit only if the previous poll was late,
 * too. So a single failed poll after the machine was suspended never ends a stream.
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
      const maxElapsed = interval + MAX_POLL_TIME;
      const mayReachLimit = elapsed <= maxElapsed || wasLate;
      lastFailureAt = time;
      duration += Math.min(elapsed, maxElapsed);
      wasLate = elapsed > maxElapsed;
      return mayReachLimit && duration >= limit;
    },
  };
}
