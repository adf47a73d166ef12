import type { Sleep } from '../util/timers.ts';
import { PacedQueue } from './paced-queue.ts';
import type { PollGate } from './poll-gate.ts';

/** Limits the rate of all polls of one credential. */
export interface Pacer {
  /** Time until polls may be sent again after a hold or an outage, in milliseconds; 0 without either. */
  readonly blockedFor: number;
  /** Remaining time of the hold, in milliseconds; 0 if there is none. */
  readonly heldFor: number;
  /** Resolves once a poll may be sent; rejects with the signal's reason if it aborts first. */
  waitForSlot(signal: AbortSignal): Promise<void>;
  /** Blocks all polls of the credential for a time, in milliseconds. */
  hold(milliseconds: number): void;
}

export interface PacerOptions {
  /** Maximum number of polls per second. */
  perSecond: number;
  /** Admits the polls of all credentials. @default all polls are admitted */
  gate?: PollGate;
  sleep: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

export function createPacer({ perSecond, gate, sleep, monotonicNow }: PacerOptions): Pacer {
  const interval = 1_000 / perSecond;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;
  const heldFor = () => Math.max(0, heldUntil - monotonicNow());

  /** Polls that wait for the end of a hold. */
  const holdQueue = new PacedQueue({ sleep, delay: heldFor });
  const rateQueue = new PacedQueue({
    sleep,
    delay: () => nextAt - monotonicNow(),
    // Unused slots expire, so they never accumulate into a burst.
    onRelease() {
      nextAt = Math.max(monotonicNow(), nextAt) + interval;
    },
  });

  return {
    get blockedFor() {
      return Math.max(heldFor(), gate?.blockedFor ?? 0);
    },
    get heldFor() {
      return heldFor();
    },
    async waitForSlot(signal) {
      do {
        const release = holdQueue.enter(signal);
        await release;
        await gate?.enter(signal, release !== undefined);
        await rateQueue.enter(signal);
      } while (heldFor() >= 1);
    },
    hold(milliseconds) {
      if (milliseconds > 0) heldUntil = Math.max(heldUntil, monotonicNow() + milliseconds);
    },
  };
}
