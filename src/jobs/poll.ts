import type { Sleep } from '../util/timers.ts';
import type { Backoff } from './backoff.ts';
import { createOutage } from './outage.ts';
import type { Pacer } from './pacer.ts';

/**
 * What a failed read means for a poll.
 *
 * - `transient`: nothing about the job, so the next read may succeed.
 * - `doubtful`: the job may be gone. It is, if another read soon after says so, too.
 * - `final`: no later read will succeed.
 */
export type Verdict = 'transient' | 'doubtful' | 'final';

/** What a poll needs to know of what it looks at. */
export interface Pollable<State> {
  /** Looks once. Its signal aborts when nobody waits for the answer any more. */
  readonly read: (signal: AbortSignal) => Promise<State>;
  /** Whether this is the last state there will be. */
  readonly isFinished: (state: State) => boolean;
  /** Whether two states differ in something a viewer could see. */
  readonly isChange: (before: State, after: State) => boolean;
  /** The longest wait after a read that succeeded, in milliseconds; undefined where only the backoff decides. */
  readonly maxWait?: () => number | undefined;
  /** Whether it is known to exist before the first read. @default false */
  readonly isKnown?: boolean;
  /** What a failed read means. @param wasRead Whether an earlier read succeeded, or it is known to exist. */
  readonly judge: (error: unknown, wasRead: boolean) => Verdict;
  /** How long the upstream asks to be left alone after a failed read, in milliseconds; undefined when it does not. */
  readonly retryAfter: (error: unknown) => number | undefined;
}

export interface PollOptions<State> {
  source: Pollable<State>;
  /** Called after every look that succeeded. */
  onPoll: (state: State) => void;
  /**
   * Called after every transient error, and when the next read cannot begin for a while.
   *
   * @param wait For how long the upstream asks to be left alone, in milliseconds; undefined when it does not.
   */
  onTransientError: (wait?: number) => void;
  /** For how long looks may fail in a row, in milliseconds; a request to wait is an answer too. */
  maxOutage: number;
  backoff: Backoff;
  pacer: Pacer;
  pause: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  signal: AbortSignal;
}

/** A running poll. */
export interface Poll {
  /** Settles when it is over: rejects with the failure that ended it, or with the signal's reason. */
  readonly over: Promise<void>;
  /** Whether it is looking, or about to. */
  readonly isPolling: boolean;
  /** Whether it is about to look, but has to wait until the upstream may be asked. */
  readonly isBlocked: boolean;
  /** How long it waits before the next look, in milliseconds. */
  readonly interval: number;
  /** Looks at once instead of waiting out the interval; a look under way does not count, as it may have begun too early. */
  wake(): void;
}

/** Looks failed for longer than anyone should wait. */
export class OutageTooLongError extends Error {
  override name = 'AbandonedError' as const;
}

/** A read that cannot begin for so long is reported, in milliseconds. Shorter waits are not worth an event. */
export const LONG_WAIT = 3_000;

/** The longest wait before a second read shows whether a job is gone, in milliseconds. */
const CONFIRMATION = 2_000;

/** Looks at something until it has finished: look, then wait, so that a slow upstream is never asked twice at once. */
export function startPoll<State>(options: PollOptions<State>): Poll {
  const {
    source,
    onPoll: onLook,
    onTransientError: onTrouble,
    maxOutage: patience,
    backoff,
    pacer,
    pause,
    monotonicNow,
    signal,
  } = options;
  let nap: AbortController | undefined;
  let isAwake = false;
  let isBlocked = false;
  let interval = 0;
  const outage = createOutage({ limit: patience, monotonicNow });

  const doze = async (maxWait = Number.POSITIVE_INFINITY) => {
    interval = Math.min(backoff.next(), maxWait);
    if (!isAwake) {
      nap = new AbortController();
      const stop = () => nap?.abort();
      signal.addEventListener('abort', stop);
      await pause(interval, nap.signal).catch(() => {});
      signal.removeEventListener('abort', stop);
      nap = undefined;
      signal.throwIfAborted();
    }
    isAwake = false;
  };

  const run = async () => {
    let last: { state: State } | undefined;
    let isDoubted = false;
    for (;;) {
      let maxWait: number | undefined;
      if (pacer.blocked >= LONG_WAIT) onTrouble();
      isBlocked = true;
      await pacer.turn(signal);
      isBlocked = false;
      try {
        const state = await source.read(signal);
        signal.throwIfAborted();
        outage.end();
        if (last && source.isChange(last.state, state)) backoff.reset();
        last = { state };
        isDoubted = false;
        onLook(state);
        if (source.isFinished(state)) return;
        maxWait = source.maxWait?.();
      } catch (error) {
        if (signal.aborted) throw error;
        const verdict = source.judge(error, last !== undefined || source.isKnown === true);
        if (verdict === 'final' || (verdict === 'doubtful' && isDoubted)) throw error;
        if (verdict === 'doubtful') {
          isDoubted = true;
          await doze(CONFIRMATION);
          continue;
        }
        const retryAfter = source.retryAfter(error);
        if (retryAfter !== undefined) {
          pacer.hold(retryAfter);
          outage.end();
        }
        if (outage.hasReachedLimit(interval)) throw new OutageTooLongError('No look succeeded.', { cause: error });
        onTrouble(retryAfter);
      }
      await doze(maxWait);
    }
  };

  return {
    over: run(),
    get isPolling() {
      return nap === undefined;
    },
    get isBlocked() {
      return isBlocked;
    },
    get interval() {
      return interval;
    },
    wake() {
      backoff.reset();
      isAwake = nap === undefined;
      nap?.abort();
    },
  };
}
