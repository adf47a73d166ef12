import { setMaxListeners } from 'node:events';
import type { ExecutionResult } from 'graphql';
import { publicError } from '../errors.ts';
import { AbortScope } from '../util/cancellation.ts';
import type { StartTimer } from '../util/timers.ts';

/** What ends the reads and the writes of an operation. */
export interface OperationLifetime {
  /** Leaves when {@link signal} aborts. @default told by the signal */
  readonly abortScope?: AbortScope;
  /** Aborts when the asker leaves or the time is up, whichever comes first: for reads. Undefined: never. */
  readonly signal: AbortSignal | undefined;
  /** Aborts when the time is up, with an UPSTREAM_TIMEOUT: for writes, which go on when the asker leaves. */
  readonly deadlineSignal: AbortSignal;
  /** Gives it more time, in milliseconds, for what the caller asked to wait for. */
  extend(milliseconds: number): void;
}

/**
 * The time that an operation has for its answer. What has not come by then is left out of it. Its signals are made when
 * they are asked for: what asks nothing of the upstream needs none.
 */
export class OperationDeadline implements OperationLifetime {
  readonly #alarm: StartTimer;
  readonly #caller = new AbortScope();
  #reading: AbortController | undefined;
  #late: AbortController | undefined;
  /** That the time is up. */
  #lateness: Error | undefined;
  /** Why nothing more is done for the caller, once it has left. */
  #departure: Error | undefined;
  #owed = 0;
  #given: number;
  /** Undefined until somebody wants to know of the end: what asks nothing of the upstream needs no clock. */
  #callOff: (() => void) | undefined;

  /** @param milliseconds Time for all of the answer, with the waiting for a turn at the upstream. */
  constructor({ milliseconds, alarm }: { milliseconds: number; alarm: StartTimer }) {
    this.#alarm = alarm;
    this.#given = milliseconds;
  }

  get abortScope(): AbortScope {
    this.#begin();
    return this.#caller;
  }

  get signal(): AbortSignal {
    this.#begin();
    this.#reading ??= controllerFor(this.#caller.reason);
    return this.#reading.signal;
  }

  get deadlineSignal(): AbortSignal {
    this.#begin();
    this.#late ??= controllerFor(this.#lateness);
    return this.#late.signal;
  }

  extend(milliseconds: number): void {
    this.#owed += milliseconds;
  }

  /** The asker has left: nothing more is read for it. */
  abort(): void {
    // An error made for clients, although this one sees it no more: anything else would be logged as a mistake.
    this.#departure = publicError('UPSTREAM_TIMEOUT', 'The client left before the upstream had answered. Ask again.');
    this.#over(this.#departure);
  }

  /** Why no further write may start; undefined while the caller is there. */
  get abortReason(): Error | undefined {
    return this.#departure;
  }

  /**
   * The response is there: releases the timer. A response with errors may have come before all reads, because nothing waits
   * for those below a position that is null: they are aborted.
   */
  end({ errors }: Pick<ExecutionResult, 'errors'> = {}): void {
    this.#callOff?.();
    if (errors) this.#over(publicError('UPSTREAM_TIMEOUT', 'The response was sent before the upstream had answered.'));
  }

  #begin(): void {
    this.#callOff ??= this.#alarm(this.#given, () => this.#ring());
  }

  #ring(): void {
    if (this.#owed > 0) {
      const milliseconds = this.#owed;
      this.#owed = 0;
      this.#given += milliseconds;
      this.#callOff = this.#alarm(milliseconds, () => this.#ring());
      return;
    }
    const message = `Expected the whole answer within ${this.#given / 1_000} seconds (OPERATION_SECONDS), but this part of it had not come by then. Ask again, or for less at once.`;
    this.#lateness = publicError('UPSTREAM_TIMEOUT', message);
    this.#late?.abort(this.#lateness);
    this.#over(this.#lateness);
  }

  #over(reason: Error): void {
    this.#caller.abort(reason);
    this.#reading?.abort(reason);
  }
}

function controllerFor(reason: unknown): AbortController {
  const controller = new AbortController();
  // An answer that reads many things has a listener for each, and removes them all.
  setMaxListeners(0, controller.signal);
  if (reason) controller.abort(reason);
  return controller;
}

/**
 * Waits for a write, but no longer than until it is late. The write itself goes on.
 *
 * @param isSent Whether it may happen: otherwise it never will, and the reason of `late` is what is thrown.
 * @throws GraphQLError UPSTREAM_OUTCOME_UNKNOWN when it may happen but is late; what the write throws.
 */
export async function unlessTimedOut<Result>(
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
