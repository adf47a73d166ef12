/** A time to spend on waiting, over several waits. */
export interface TimeBudget {
  /** Aborts when the time is spent or the caller leaves, with the reason of either. */
  readonly signal: AbortSignal;
  /** Waits for the work, or rejects with the signal's reason. Only time spent in here counts. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Lets go of the caller's signal. */
  end(): void;
}

/**
 * A budget that whoever takes its time to read does not use up, and that a sender of one byte at a time does.
 *
 * @param milliseconds For all waits together.
 * @param caller Aborts when nobody waits any more.
 * @param spent Makes the reason for when the time is spent.
 */
export function createTimeBudget(milliseconds: number, caller: AbortSignal, spent: () => Error): TimeBudget {
  const controller = new AbortController();
  const { signal } = controller;
  const leave = () => controller.abort(caller.reason);
  if (caller.aborted) leave();
  else caller.addEventListener('abort', leave, { once: true });
  let left = milliseconds;

  return {
    signal,

    async within(work) {
      const started = performance.now();
      const timer = setTimeout(() => controller.abort(spent()), left);
      let stop = () => {};
      const stopped = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason);
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      });
      try {
        const result = await Promise.race([stopped, work]);
        // Work that the signal cuts short may end as if it were complete.
        signal.throwIfAborted();
        return result;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        left = Math.max(0, left - (performance.now() - started));
      }
    },

    end: () => caller.removeEventListener('abort', leave),
  };
}
