/**
 * Spreads the polls of all credentials after an outage or a hold. Many polls are overdue then; they are admitted at a rate
 * that grows from a few per second until all have been sent.
 */
export interface PollGate {
  /** Remaining time without polls, in milliseconds; 0 outside an outage. */
  readonly outage: number;
  /** Reports that a credential resumes its polls. @param overdue Number of its overdue polls. */
  resume(overdue: number): void;
  /** Reserves the next poll of a credential that resumes. @returns Its time, by the monotonic clock, in milliseconds. */
  reserve(): number;
}

export interface PollGateOptions {
  /** Returns the remaining time of an outage, in milliseconds; 0 without one. */
  getOutage: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Time in which the overdue polls are sent, in milliseconds: the longest poll interval by default. */
const RAMP_TIME = 15_000;
/** Initial rate, in polls per second. It grows linearly. */
const INITIAL_RATE = 5;
/** Share of the overdue polls that the growth covers, beyond the initial rate. The rate ends below twice the usual one. */
const GROWTH = 0.9;

export function createPollGate({ getOutage, monotonicNow }: PollGateOptions): PollGate {
  let rampStart = Number.NEGATIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;
  let backlog = 0;
  let hadOutage = false;

  return {
    get outage() {
      const outage = getOutage();
      hadOutage ||= outage > 0;
      return outage;
    },
    resume(overdue) {
      const now = monotonicNow();
      if (hadOutage || now - rampStart > RAMP_TIME) {
        hadOutage = false;
        rampStart = now;
        nextAt = now;
        backlog = 0;
      }
      backlog += overdue;
    },
    reserve() {
      const at = Math.max(monotonicNow(), nextAt);
      const seconds = Math.max(0, at - rampStart) / 1_000;
      const rate = INITIAL_RATE + (2 * GROWTH * backlog * seconds) / (RAMP_TIME / 1_000) ** 2;
      nextAt = at + 1_000 / rate;
      return at;
    },
  };
}
