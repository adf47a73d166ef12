import { monotonicNow } from '../../util/clocks.ts';

/** A time to spend on waiting, over several waits. */
export interface TimeBudget {
  /** Aborts when the time is spent or the caller leaves, with the reason of either. */
  readonly signal: AbortSignal;
  /** Waits for the work, or rejects with the signal's reason. Only time spent in here counts. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Lets go of the caller's signal and of the clock. */
  end(): void;
}

export interface TimeBudgetOptions {
  /** For all waits together, in milliseconds. */
  milliseconds: number;
  /** For everything from now to the end, however slowly it is taken, in milliseconds. @default no bound */
  lifetime?: number;
  /** Aborts when nobody waits any more. */
  caller: AbortSignal;
  /** Makes the reason for when the time is spent, from the milliseconds that were allowed. */
  spent: (milliseconds: number) => Error;
}

/**
 * A budget that whoever takes its time to read does not use up, and that a sender of one byte at a time does.
 * Who takes it for longer than the lifetime loses it too: what waits for a reader that has stalled is held for nothing.
 */
export function createTimeBudget({ milliseconds, lifetime, caller, spent }: TimeBudgetOptions): TimeBudget {
  const controller = new AbortController();
  const { signal } = controller;
  const leave = () => controller.abort(caller.reason);
  if (caller.aborted) leave();
  else caller.addEventListener('abort', leave, { once: true });
  let left = milliseconds;
  const longest = lifetime === undefined ? undefined : setTimeout(() => controller.abort(spent(lifetime)), lifetime);
  longest?.unref();

  return {
    signal,

    async within(work) {
      const started = monotonicNow();
      const timer = setTimeout(() => controller.abort(spent(milliseconds)), left);
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
        left = Math.max(0, left - (monotonicNow() - started));
      }
    },

    end() {
      clearTimeout(longest);
      caller.removeEventListener('abort', leave);
    },
  };
}
