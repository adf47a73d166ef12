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
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
}

export function createPacer({ perSecond, pause, now }: PacerOptions): Pacer {
  const interval = 1_000 / perSecond;
  let nextTurn = 0;
  let heldUntil = 0;

  return {
    async turn(signal) {
      for (;;) {
        while (now() < heldUntil) await pause(heldUntil - now(), signal);
        const mine = Math.max(now(), nextTurn);
        nextTurn = mine + interval;
        if (mine > now()) await pause(mine - now(), signal);
        if (now() >= heldUntil) return;
      }
    },
    hold(milliseconds) {
      heldUntil = Math.max(heldUntil, now() + milliseconds);
    },
  };
}
