import { setMaxListeners } from 'node:events';
import { publicError } from './errors.ts';
import type { Pause } from './jobs/pause.ts';

/** The time that an operation has for its answer. What has not come by then is left out of it. */
export interface OperationDeadline {
  /** Aborts when the asker leaves or the time is up, whichever comes first: for reads. */
  readonly signal: AbortSignal;
  /** Aborts when the time is up, with an UPSTREAM_TIMEOUT: for writes, which go on when the asker leaves. */
  readonly late: AbortSignal;
  /** Gives it more time, in milliseconds, for what the caller asked to wait for. */
  extend(milliseconds: number): void;
  /** Lets go of the clock and of the asker. */
  end(): void;
}

export interface OperationDeadlineOptions {
  /** Time for all of the answer, with the waiting for a turn at the upstream. */
  milliseconds: number;
  /** Aborts when the asker leaves. */
  asker: AbortSignal | undefined;
  pause: Pause;
}

export function startDeadline({ milliseconds, asker, pause }: OperationDeadlineOptions): OperationDeadline {
  const [reading, late, over] = [new AbortController(), new AbortController(), new AbortController()];
  // An answer that reads many things has a listener for each, and removes them all.
  setMaxListeners(0, reading.signal, late.signal);
  // An error made for clients, although this one sees it no more: anything else would be logged as a mistake.
  const leave = () =>
    reading.abort(publicError('UPSTREAM_TIMEOUT', 'The client left before the upstream had answered. Ask again.'));
  if (asker?.aborted) leave();
  else asker?.addEventListener('abort', leave, { once: true });

  let owed = milliseconds;
  let given = 0;
  const run = async () => {
    while (owed > 0) {
      const part = owed;
      owed = 0;
      given += part;
      await pause(part, over.signal);
    }
    const reason = publicError(
      'UPSTREAM_TIMEOUT',
      `Expected the whole answer within ${given / 1_000} seconds, but this part of it had not come by then. Ask again, or for less at once.`,
    );
    late.abort(reason);
    reading.abort(reason);
  };
  run().catch(() => {});

  return {
    signal: reading.signal,
    late: late.signal,
    extend(milliseconds) {
      owed += milliseconds;
    },
    end() {
      over.abort();
      asker?.removeEventListener('abort', leave);
    },
  };
}

/**
 * Waits for a write, but no longer than until it is late. The write itself goes on.
 *
 * @param isSent Whether it may happen: otherwise it never will, and the reason of `late` is what is thrown.
 * @throws GraphQLError UPSTREAM_OUTCOME_UNKNOWN when it may happen but is late; what the write throws.
 */
export async function unlessLate<Result>(
  write: Promise<Result>,
  late: AbortSignal,
  isSent: () => boolean,
): Promise<Result> {
  let giveUp = () => {};
  const given = new Promise<never>((_, reject) => {
    giveUp = () => reject(isSent() ? outcomeUnknown() : late.reason);
    if (late.aborted) giveUp();
    else late.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([write, given]);
  } finally {
    late.removeEventListener('abort', giveUp);
  }
}

const outcomeUnknown = () =>
  publicError(
    'UPSTREAM_OUTCOME_UNKNOWN',
    'This was sent, but no answer came in time, so it may or may not happen. List what is there before repeating it.',
  );
