import type { Backoff } from './backoff.ts';
import { createOutage } from './outage.ts';
import type { Pacer } from './pacer.ts';
import type { Pause } from './pause.ts';

/** What a poll needs to know of what it looks at. */
export interface Pollable<State> {
  /** Looks once. Its signal aborts when nobody waits for the answer any more. */
  readonly read: (signal: AbortSignal) => Promise<State>;
  /** Whether this is the last state there will be. */
  readonly isFinished: (state: State) => boolean;
  /** Whether two states differ in something a viewer could see. */
  readonly isChange: (before: State, after: State) => boolean;
  /** Whether a failed look says nothing about the job, so that the next one may succeed. */
  readonly isPassing: (error: unknown) => boolean;
  /** How long the upstream wants to be left alone after a failed look, in milliseconds, if it said so. */
  readonly retryAfter: (error: unknown) => number | undefined;
}

export interface PollOptions<State> {
  source: Pollable<State>;
  /** Called after every look that succeeded. */
  onLook: (state: State) => void;
  /** Called after every look that failed, but for the last one. */
  onTrouble: (error: unknown) => void;
  /** For how long looks may fail in a row, in milliseconds; a request to wait is an answer too. */
  patience: number;
  backoff: Backoff;
  pacer: Pacer;
  pause: Pause;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  signal: AbortSignal;
}

/** A running poll. */
export interface Poll {
  /** Settles when it is over: rejects with the failure that ended it, or with the signal's reason. */
  readonly over: Promise<void>;
  /** Whether it is looking, or about to. */
  readonly isLooking: boolean;
  /** How long it waits before the next look, in milliseconds. */
  readonly interval: number;
  /** Looks at once instead of waiting out the interval; a look under way does not count, as it may have begun too early. */
  wake(): void;
}

/** Looks failed for longer than anyone should wait. */
export class AbandonedError extends Error {
  override name = 'AbandonedError' as const;
}

/** Looks at something until it has finished: look, then wait, so that a slow upstream is never asked twice at once. */
export function startPoll<State>(options: PollOptions<State>): Poll {
  const { source, onLook, onTrouble, patience, backoff, pacer, pause, monotonicNow, signal } = options;
  let nap: AbortController | undefined;
  let isAwake = false;
  let interval = 0;
  const outage = createOutage({ limit: patience, monotonicNow });

  const doze = async () => {
    interval = backoff.next();
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
    for (;;) {
      await pacer.turn(signal);
      try {
        const state = await source.read(signal);
        signal.throwIfAborted();
        outage.end();
        if (last && source.isChange(last.state, state)) backoff.reset();
        last = { state };
        onLook(state);
        if (source.isFinished(state)) return;
      } catch (error) {
        if (signal.aborted || !source.isPassing(error)) throw error;
        const retryAfter = source.retryAfter(error);
        if (retryAfter !== undefined) {
          pacer.hold(retryAfter);
          outage.end();
        }
        if (outage.hasReachedLimit(interval)) throw new AbandonedError('No look succeeded.', { cause: error });
        onTrouble(error);
      }
      await doze();
    }
  };

  return {
    over: run(),
    get isLooking() {
      return nap === undefined;
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
