import { setTimeout } from 'node:timers/promises';

/**
 * Waits for a number of milliseconds, or rejects with the signal's reason when it aborts first. The only kind of waiting
 * there is; it is passed in, so that tests turn the clock by hand.
 */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Waits in real time, without keeping the process alive. */
export const pause: Pause = (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal, ref: false });
