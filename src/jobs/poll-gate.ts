import type { Sleep } from '../util/timers.ts';
import { PacedQueue } from './paced-queue.ts';

/** Admits the polls of all credentials: none during an outage, and at a growing rate after it. */
export interface PollGate {
  /** Remaining time without polls, in milliseconds; 0 outside an outage. */
  readonly blockedFor: number;
  /**
   * Admits a poll. It is queued during an outage and while other polls are queued.
   *
   * @param isResuming True if the poll was delayed by a hold or an outage. Many such polls are due at once, so they are always
   * queued.
   * @returns Undefined if the poll is admitted; otherwise a promise that rejects with the signal's reason if it aborts.
   */
  enter(signal: AbortSignal, isResuming?: boolean): Promise<void> | undefined;
}

export interface PollGateOptions {
  /** Returns the remaining time of an outage, in milliseconds; 0 without one. */
  getOutage: () => number;
  sleep: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Initial rate after an outage, in polls per second. */
const INITIAL_RATE = 5;
/**
 * Maximum time until all queued polls are admitted, in seconds: the longest poll interval by default. The rate grows linearly,
 * so it ends at about twice the usual rate of these polls.
 */
const RAMP_SECONDS = 15;
/** Idle time after which the next ramp begins, in milliseconds. */
const RAMP_RESET = 15_000;

export function createPollGate({ getOutage: outage, sleep, monotonicNow }: PollGateOptions): PollGate {
  /** Start of the current ramp; undefined during an outage. */
  let rampStart: number | undefined;
  let nextAt = 0;
  /** Maximum length of the queue during the ramp. */
  let backlog = 0;

  const queue = new PacedQueue({
    sleep,
    delay() {
      const blocked = outage();
      if (blocked > 0) {
        rampStart = undefined;
        return Math.max(1, blocked);
      }
      const now = monotonicNow();
      if (rampStart === undefined || now - nextAt > RAMP_RESET) {
        rampStart = now;
        nextAt = now;
        backlog = 0;
      }
      return nextAt - now;
    },
    onRelease() {
      const now = monotonicNow();
      backlog = Math.max(backlog, queue.length + 1);
      const seconds = (now - (rampStart ?? now)) / 1_000;
      const rate = INITIAL_RATE + (2 * backlog * seconds) / RAMP_SECONDS ** 2;
      nextAt = Math.max(now, nextAt) + 1_000 / rate;
    },
  });

  return {
    get blockedFor() {
      return outage();
    },
    enter: (signal, isResuming = false) =>
      isResuming || queue.length > 0 || outage() > 0 ? queue.enter(signal) : undefined,
  };
}
