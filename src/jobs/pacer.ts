import type { Sleep } from '../util/timers.ts';
import { PacedQueue } from './paced-queue.ts';
import type { PollGate } from './poll-gate.ts';

/** Limits the rate of the polls of one credential, however many there are. */
export interface Pacer {
  /** How long no poll can begin, in milliseconds, because of a hold or an outage; 0 when one can, if it is its turn. */
  readonly blocked: number;
  /** How long the credential is still on hold, in milliseconds; 0 when it is not. */
  readonly held: number;
  /** Resolves when a poll may be sent; rejects with the signal's reason when it aborts first. */
  turn(signal: AbortSignal): Promise<void>;
  /** Puts the credential on hold for so many milliseconds. */
  hold(milliseconds: number): void;
}

export interface PacerOptions {
  /** How many polls a second the credential may send. */
  perSecond: number;
  /** Admits the polls of all credentials. @default every poll is admitted */
  gate?: PollGate;
  pause: Sleep;
  /** The time by a clock that never goes back, in milliseconds. */
  monotonicNow: () => number;
}

export function createPacer({ perSecond, gate, pause, monotonicNow }: PacerOptions): Pacer {
  const interval = 1_000 / perSecond;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;
  const held = () => Math.max(0, heldUntil - monotonicNow());

  /** All who wait for the end of a hold. */
  const holds = new PacedQueue({ pause, delay: held });
  const budget = new PacedQueue({
    pause,
    delay: () => nextAt - monotonicNow(),
    // An unused budget is lost: it never accumulates into a burst.
    onRelease() {
      nextAt = Math.max(monotonicNow(), nextAt) + interval;
    },
  });

  return {
    get blocked() {
      return Math.max(held(), gate?.outage ?? 0);
    },
    get held() {
      return held();
    },
    async turn(signal) {
      do {
        const release = holds.enter(signal);
        await release;
        await gate?.enter(signal, release !== undefined);
        await budget.enter(signal);
      } while (held() >= 1);
    },
    hold(milliseconds) {
      if (milliseconds > 0) heldUntil = Math.max(heldUntil, monotonicNow() + milliseconds);
    },
  };
}
