import type { Sleep } from '../util/timers.ts';
import { PacedQueue } from './paced-queue.ts';

/** Admits the polls of all credentials: none during an outage, and gradually more after one. */
export interface PollGate {
  /** How long no poll is admitted, in milliseconds, as far as is known; 0 outside an outage. */
  readonly outage: number;
  /**
   * Admits a poll. During an outage, and while earlier polls wait, it waits for its turn.
   *
   * @param isResuming Whether it could not be sent when it was due, because its credential was on hold or because of an
   * outage: many such polls are due at once, so it takes a turn even when the upstream is well.
   * @returns Undefined when it is admitted at once; otherwise rejects with the signal's reason when it aborts first.
   */
  enter(signal: AbortSignal, isResuming?: boolean): Promise<void> | undefined;
}

export interface PollGateOptions {
  /** How long nothing may be sent, in milliseconds; 0 when something may. */
  outage: () => number;
  pause: Sleep;
  /** The time by a clock that never goes back, in milliseconds. */
  monotonicNow: () => number;
}

/** How many polls a second are admitted right after an outage. */
const FIRST_PER_SECOND = 5;
/**
 * How long it takes at most until all who waited are admitted, in seconds: as long as the slowest polls wait between two
 * reads by default. The rate grows evenly, so at the end it is about twice the rate at which those polls come anyway.
 */
const RAMP_SECONDS = 15;
/** After so much quiet, those who resume begin slowly again, in milliseconds. */
const QUIET = 15_000;

export function createPollGate({ outage, pause, monotonicNow }: PollGateOptions): PollGate {
  /** When the current ramp began. Undefined during an outage. */
  let begunAt: number | undefined;
  let nextAt = 0;
  /** The most that waited at once during the ramp. */
  let backlog = 0;

  const queue = new PacedQueue({
    pause,
    delay() {
      const blocked = outage();
      if (blocked > 0) {
        begunAt = undefined;
        return Math.max(1, blocked);
      }
      const now = monotonicNow();
      if (begunAt === undefined || now - nextAt > QUIET) {
        begunAt = now;
        nextAt = now;
        backlog = 0;
      }
      return nextAt - now;
    },
    onRelease() {
      const now = monotonicNow();
      backlog = Math.max(backlog, queue.length + 1);
      const seconds = (now - (begunAt ?? now)) / 1_000;
      const perSecond = FIRST_PER_SECOND + (2 * backlog * seconds) / RAMP_SECONDS ** 2;
      nextAt = Math.max(now, nextAt) + 1_000 / perSecond;
    },
  });

  return {
    get outage() {
      return outage();
    },
    enter: (signal, isResuming = false) =>
      isResuming || queue.length > 0 || outage() > 0 ? queue.enter(signal) : undefined,
  };
}
