/** Maximum delay of Node.js timers, in milliseconds. They treat longer delays as 1 ms. */
export const MAX_TIMER_DELAY = 2 ** 31 - 1;

/**
 * Clamps a delay to the range of timers, in milliseconds. For longer delays, the timer must be set again.
 *
 * @throws RangeError for NaN, which timers treat as 1 ms.
 */
export function timerDelay(milliseconds: number): number {
  if (Number.isNaN(milliseconds)) throw new RangeError('expected a delay in milliseconds, got NaN');
  return Math.min(Math.max(milliseconds, 0), MAX_TIMER_DELAY);
}
