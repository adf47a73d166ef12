/** Maximum time between two readings while the machine is awake, in milliseconds. */
const MAX_GAP = 60_000;

/**
 * A clock that stops while the machine is suspended, as far as that can be seen: a longer time between two readings than
 * {@link MAX_GAP} counts as that gap. It must be read at least that often.
 *
 * @param monotonicNow The monotonic clock, in milliseconds. Some platforms count suspended time, some do not.
 */
export function createAwakeClock(monotonicNow: () => number): () => number {
  let last = monotonicNow();
  let awake = 0;
  return () => {
    const now = monotonicNow();
    awake += Math.min(MAX_GAP, now - last);
    last = now;
    return awake;
  };
}
