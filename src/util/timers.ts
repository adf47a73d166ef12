import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as sleepUpTo } from 'node:timers/promises';
import { MAX_TIMER_DELAY, timerDelay } from './timer-delay.ts';

/**
 * Waits for a delay, in milliseconds; rejects with the signal's reason if it aborts first. Passed as a parameter, so that tests
 * can control time.
 */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Waits in real time, without keeping the process alive. Supports delays beyond {@link MAX_TIMER_DELAY}. */
export const sleep: Sleep = async (milliseconds, signal) => {
  let left = milliseconds;
  for (; left > MAX_TIMER_DELAY; left -= MAX_TIMER_DELAY) {
    await sleepUpTo(MAX_TIMER_DELAY, undefined, { signal, ref: false });
  }
  await sleepUpTo(timerDelay(left), undefined, { signal, ref: false });
};

/**
 * Calls back after a delay, in milliseconds. Returns the function that stops the timer. For timeouts of each request, which
 * hardly ever expire: it needs neither a promise nor a signal. Passed as a parameter, like {@link Sleep}.
 */
export type StartTimer = (milliseconds: number, callback: () => void) => () => void;

/** Starts a timer in real time, without keeping the process alive. Supports delays beyond {@link MAX_TIMER_DELAY}. */
export const startTimer: StartTimer = (milliseconds, callback) => {
  if (milliseconds > MAX_TIMER_DELAY) return startLongTimer(milliseconds, callback);
  const timer = setTimeout(callback, timerDelay(milliseconds)).unref();
  return () => clearTimeout(timer);
};

const startLongTimer: StartTimer = (milliseconds, callback) => {
  let stop = startTimer(MAX_TIMER_DELAY, () => {
    stop = startTimer(milliseconds - MAX_TIMER_DELAY, callback);
  });
  return () => stop();
};

/**
 * Calls back at a fixed interval in real time, without keeping the process alive.
 *
 * @returns Function that stops the interval.
 */
export function startInterval(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds).unref();
  return () => clearInterval(timer);
}

/** Maximum interval between readings of the wall clock, which may be set meanwhile, in milliseconds. */
const MAX_INTERVAL = 60_000;

/**
 * Waits until a time of the wall clock. Returns immediately if it has passed.
 *
 * @param at Time, in milliseconds since the epoch.
 * @throws The signal's reason if it aborts first.
 */
export async function sleepUntil(
  at: number,
  { sleep, now }: { sleep: Sleep; now: () => number },
  signal: AbortSignal,
): Promise<void> {
  for (let left = at - now(); left > 0; left = at - now()) await sleep(Math.min(left, MAX_INTERVAL), signal);
}
