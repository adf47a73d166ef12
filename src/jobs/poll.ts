import type { Backoff } from './backoff.ts';
import type { Pause } from './pause.ts';

export interface PollOptions<State> {
  /** Looks once. Its signal aborts when nobody waits for the answer any more. */
  read: (signal: AbortSignal) => Promise<State>;
  /** Whether this is the last state there will be. */
  isFinished: (state: State) => boolean;
  /** Whether a failed look says nothing about the job, so that the next one may succeed. */
  isPassing: (error: unknown) => boolean;
  /** Whether two states differ in something a viewer could see. */
  isChange: (before: State, after: State) => boolean;
  /** Called with the first state and with each that differs from the one before. */
  onChange: (state: State) => void;
  backoff: Backoff;
  pause: Pause;
  signal: AbortSignal;
}

/**
 * Looks at a job until it has finished: look, then wait, so that a slow upstream is never asked twice at once.
 *
 * @throws The first failure that is not passing, or the signal's reason.
 */
export async function poll<State>(options: PollOptions<State>): Promise<void> {
  const { read, isFinished, isPassing, isChange, onChange, backoff, pause, signal } = options;
  let last: { state: State } | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      const state = await read(signal);
      signal.throwIfAborted();
      if (!last || isChange(last.state, state)) {
        if (last) backoff.reset();
        last = { state };
        onChange(state);
      }
      if (isFinished(state)) return;
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error;
    }
    await pause(backoff.next(), signal);
  }
}
