/** The longest delay that a timer of Node.js can wait, in milliseconds. It treats a longer one as 1 ms. */
export const MAX_TIMER_DELAY = 2 ** 31 - 1;

/**
 * A delay that is safe to pass to a timer, in milliseconds: negative ones become 0, ones that are too long become the
 * longest, so that whoever waits longer must set the timer again.
 *
 * @throws RangeError for NaN, which a timer would treat as 1 ms.
 */
export function timerDelay(milliseconds: number): number {
  if (Number.isNaN(milliseconds)) throw new RangeError('expected a delay in milliseconds, got NaN');
  return Math.min(Math.max(milliseconds, 0), MAX_TIMER_DELAY);
}
