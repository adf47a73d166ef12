import type { Pause } from './pause.ts';

/** Keeps the polls of one credential polite, however many there are. */
export interface Pacer {
  /** Resolves when the upstream may be asked once more; rejects with the signal's reason when it aborts first. */
  turn(signal: AbortSignal): Promise<void>;
  /** The upstream wants to be left alone for so many milliseconds. */
  hold(milliseconds: number): void;
}

export interface PacerOptions {
  /** How many looks a second all polls of the credential may take together. */
  perSecond: number;
  pause: Pause;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

export function createPacer({ perSecond, pause, monotonicNow }: PacerOptions): Pacer {
  const interval = 1_000 / perSecond;
  let nextTurn = Number.NEGATIVE_INFINITY;
  let heldUntil = Number.NEGATIVE_INFINITY;

  return {
    async turn(signal) {
      for (;;) {
        while (monotonicNow() < heldUntil) await pause(heldUntil - monotonicNow(), signal);
        const mine = Math.max(monotonicNow(), nextTurn);
        nextTurn = mine + interval;
        // Timers count in whole milliseconds.
        if (mine - monotonicNow() >= 1) await pause(mine - monotonicNow(), signal);
        if (monotonicNow() >= heldUntil) return;
      }
    },
    hold(milliseconds) {
      heldUntil = Math.max(heldUntil, monotonicNow() + milliseconds);
    },
  };
}
