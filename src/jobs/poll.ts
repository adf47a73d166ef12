import type { Sleep } from '../util/timers.ts';
import type { Backoff } from './backoff.ts';
import { createOutage } from './outage.ts';
import type { Pacer } from './pacer.ts';

/**
 * Kinds of read errors.
 *
 * - `transient`: the next read may succeed.
 * - `unconfirmed`: the error may be final, for example because the job is gone; a second such error confirms it.
 * - `final`: no later read can succeed.
 */
export type ErrorKind = 'transient' | 'unconfirmed' | 'final';

/** The source of a poll. */
export interface Pollable<State> {
  /** Reads the state once. The signal aborts when the poll is stopped. */
  readonly read: (signal: AbortSignal) => Promise<State>;
  /** True for the last state. */
  readonly isFinished: (state: State) => boolean;
  /** True if two states differ in a way that is visible to clients. */
  readonly isChange: (before: State, after: State) => boolean;
  /** Returns the maximum interval after a successful read, in milliseconds; undefined to use the backoff only. */
  readonly maxWait?: () => number | undefined;
  /** True if the source is known to exist before the first read. @default false */
  readonly isKnown?: boolean;
  /** Classifies a read error. @param wasRead True if an earlier read succeeded, or the source is known to exist. */
  readonly classifyError: (error: unknown, wasRead: boolean) => ErrorKind;
  /** Returns the `Retry-After` of a read error, in milliseconds; undefined if there is none. */
  readonly retryAfter: (error: unknown) => number | undefined;
}

export interface PollOptions<State> {
  source: Pollable<State>;
  /** Called after each successful read. */
  onPoll: (state: State) => void;
  /**
   * Called after each transient error, and if the next read is blocked for long.
   *
   * @param retryAfter `Retry-After` of the error, in milliseconds; undefined if there is none.
   */
  onTransientError: (retryAfter?: number) => void;
  /** Maximum duration of consecutive failures, in milliseconds. A `Retry-After` does not count as a failure. */
  maxOutage: number;
  backoff: Backoff;
  pacer: Pacer;
  sleep: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  signal: AbortSignal;
}

/** A running poll. */
export interface Poll {
  /** Resolves after the last state; rejects with the error that ended the poll, or with the signal's reason. */
  readonly done: Promise<void>;
  /** True while it reads, or waits for a slot to read. */
  readonly isPolling: boolean;
  /** True while it waits for a slot to read. */
  readonly isBlocked: boolean;
  /** Current interval, in milliseconds. */
  readonly interval: number;
  /** Ends the current interval. If a read is pending, polls once more right after it. */
  wake(): void;
}

/** Consecutive polls failed for longer than the limit. */
export class OutageTooLongError extends Error {
  override name = 'OutageTooLongError' as const;
}

/** Minimum time for which a read must be blocked to be reported, in milliseconds. */
export const LONG_WAIT = 3_000;

/** Maximum interval before the read that confirms an error, in milliseconds. */
const CONFIRMATION_DELAY = 2_000;

/** Polls a source until it has finished. Waits after each read, so that reads never overlap. */
export function startPoll<State>(options: PollOptions<State>): Poll {
  const { source, onPoll, onTransientError, maxOutage, backoff, pacer, sleep, monotonicNow, signal } = options;
  let sleeping: AbortController | undefined;
  let isWoken = false;
  let isBlocked = false;
  let interval = 0;
  const outage = createOutage({ limit: maxOutage, monotonicNow });

  const waitForInterval = async (maxWait = Number.POSITIVE_INFINITY) => {
    interval = Math.min(backoff.next(), maxWait);
    if (!isWoken) {
      sleeping = new AbortController();
      const onAbort = () => sleeping?.abort();
      signal.addEventListener('abort', onAbort);
      await sleep(interval, sleeping.signal).catch(() => {});
      signal.removeEventListener('abort', onAbort);
      sleeping = undefined;
      signal.throwIfAborted();
    }
    isWoken = false;
  };

  const run = async () => {
    let last: { state: State } | undefined;
    let isUnconfirmed = false;
    for (;;) {
      let maxWait: number | undefined;
      if (pacer.blockedFor >= LONG_WAIT) onTransientError();
      isBlocked = true;
      await pacer.waitForSlot(signal);
      isBlocked = false;
      try {
        const state = await source.read(signal);
        signal.throwIfAborted();
        outage.end();
        if (last && source.isChange(last.state, state)) backoff.reset();
        last = { state };
        isUnconfirmed = false;
        onPoll(state);
        if (source.isFinished(state)) return;
        maxWait = source.maxWait?.();
      } catch (error) {
        if (signal.aborted) throw error;
        const kind = source.classifyError(error, last !== undefined || source.isKnown === true);
        if (kind === 'final' || (kind === 'unconfirmed' && isUnconfirmed)) throw error;
        if (kind === 'unconfirmed') {
          isUnconfirmed = true;
          await waitForInterval(CONFIRMATION_DELAY);
          continue;
        }
        const retryAfter = source.retryAfter(error);
        if (retryAfter !== undefined) {
          pacer.hold(retryAfter);
          outage.end();
        }
        if (outage.hasReachedLimit(interval))
          throw new OutageTooLongError('polls failed for longer than the limit', { cause: error });
        onTransientError(retryAfter);
      }
      await waitForInterval(maxWait);
    }
  };

  return {
    done: run(),
    get isPolling() {
      return sleeping === undefined;
    },
    get isBlocked() {
      return isBlocked;
    },
    get interval() {
      return interval;
    },
    wake() {
      backoff.reset();
      isWoken = sleeping === undefined;
      sleeping?.abort();
    },
  };
}
