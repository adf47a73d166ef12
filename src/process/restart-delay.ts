/** Delay of the second restart, in milliseconds. It doubles with each further one. */
const FIRST_DELAY = 100;
const MAX_DELAY = 30_000;
/** Time without a crash after which the next restart is not delayed, in milliseconds. */
const CALM = 60_000;

/**
 * Creates a function that returns the delay before a crashed worker is restarted, in milliseconds. The first restart is
 * not delayed. Repeated ones are, so that workers that crash at their start do not use the processor for nothing.
 *
 * @param monotonicNow The monotonic clock, in milliseconds.
 */
export function createRestartDelay(monotonicNow: () => number): () => number {
  let crashes = 0;
  let lastRestart = Number.NEGATIVE_INFINITY;
  return () => {
    const now = monotonicNow();
    if (now - lastRestart > CALM) crashes = 0;
    const delay = crashes === 0 ? 0 : Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (crashes - 1));
    crashes++;
    lastRestart = now + delay;
    return delay;
  };
}
