import { setTimeout } from 'node:timers/promises';
import { MAX_TIMER_DELAY, timerDelay } from './timer-delay.ts';

/**
 * Waits for a number of milliseconds, or rejects with the signal's reason when it aborts first. The only kind of waiting
 * there is; it is passed in, so that tests turn the clock by hand.
 */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Waits in real time, however long, without keeping the process alive. */
export const sleep: Sleep = async (milliseconds, signal) => {
  let left = milliseconds;
  for (; left > MAX_TIMER_DELAY; left -= MAX_TIMER_DELAY) {
    await setTimeout(MAX_TIMER_DELAY, undefined, { signal, ref: false });
  }
  await setTimeout(timerDelay(left), undefined, { signal, ref: false });
};

/**
 * Calls back after a number of milliseconds, unless it is called off before, by what is returned. For waits that begin
 * with every request and hardly ever end: it costs no promise and no signal. Passed in as {@link Sleep} is.
 */
export type StartTimer = (milliseconds: number, ring: () => void) => () => void;

/** How often a wait for a time of the wall clock looks at that clock, which may be set meanwhile; in milliseconds. */
const LONGEST_WAIT = 60_000;

/**
 * Resolves at a time of the wall clock, however far away; at once when it has passed.
 *
 * @param at In milliseconds since the epoch.
 * @throws The signal's reason when it aborts before.
 */
export async function sleepUntil(
  at: number,
  { pause, now }: { pause: Sleep; now: () => number },
  signal: AbortSignal,
): Promise<void> {
  for (let left = at - now(); left > 0; left = at - now()) await pause(Math.min(left, LONGEST_WAIT), signal);
}
