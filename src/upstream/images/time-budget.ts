import { unlessAborted } from '../../util/abort-signals.ts';
import { monotonicNow } from '../../util/clocks.ts';

/** A time limit for several waits together. */
export interface TimeBudget {
  /** Aborts when the time is over, with the timeout error, or when the caller aborts, with its reason. */
  readonly signal: AbortSignal;
  /** Waits for the work, or rejects with the signal's reason. Only the time of these waits counts. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Removes the listener of the caller's signal and stops the timer. */
  end(): void;
}

export interface TimeBudgetOptions {
  /** Total time of all waits, in milliseconds. */
  milliseconds: number;
  /** Total time until {@link TimeBudget.end}, including that between waits, in milliseconds. @default unlimited */
  lifetime?: number;
  /** Aborts the budget's signal. */
  caller: AbortSignal;
  /** Creates the error for a limit that was exceeded, given in milliseconds. */
  timeoutError: (milliseconds: number) => Error;
}

/**
 * Creates a budget that a slow sender uses up and a slow reader does not. The lifetime limits both, so that a stalled
 * reader does not hold resources.
 */
export function createTimeBudget({ milliseconds, lifetime, caller, timeoutError }: TimeBudgetOptions): TimeBudget {
  const controller = new AbortController();
  const { signal } = controller;
  const onCallerAbort = () => controller.abort(caller.reason);
  if (caller.aborted) onCallerAbort();
  else caller.addEventListener('abort', onCallerAbort, { once: true });
  let remaining = milliseconds;
  const lifetimeTimer =
    lifetime === undefined ? undefined : setTimeout(() => controller.abort(timeoutError(lifetime)), lifetime);
  lifetimeTimer?.unref();

  return {
    signal,

    async within(work) {
      const started = monotonicNow();
      const timer = setTimeout(() => controller.abort(timeoutError(milliseconds)), remaining);
      try {
        const result = await unlessAborted(work, signal);
        // Work that the signal aborts may resolve as if it were complete.
        signal.throwIfAborted();
        return result;
      } finally {
        clearTimeout(timer);
        remaining = Math.max(0, remaining - (monotonicNow() - started));
      }
    },

    end() {
      clearTimeout(lifetimeTimer);
      caller.removeEventListener('abort', onCallerAbort);
    },
  };
}
