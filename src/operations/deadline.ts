import { setMaxListeners } from 'node:events';
import type { ExecutionResult } from 'graphql';
import { publicError } from '../errors.ts';
import { NEVER_ABORTED, unlessAborted } from '../util/abort-signals.ts';
import { AbortScope } from '../util/cancellation.ts';
import type { StartTimer } from '../util/timers.ts';

/** Signals that abort the reads and writes of an operation. */
export interface OperationLifetime {
  /** Aborts together with {@link signal}; cheaper to listen to. @default only the signal is available */
  readonly abortScope?: AbortScope;
  /** For reads: aborts when the client disconnects or at the deadline, whichever comes first. Undefined: never. */
  readonly signal: AbortSignal | undefined;
  /** For writes, which continue when the client disconnects: aborts at the deadline, with an UPSTREAM_TIMEOUT. */
  readonly deadlineSignal: AbortSignal;
  /** Time until the deadline, in milliseconds; infinite without one. */
  readonly timeLeft: number;
  /** Extends the deadline, in milliseconds, by a wait that the client requested. */
  extend(milliseconds: number): void;
}

/** A lifetime without a deadline. @param signal Aborts reads. */
export const withoutDeadline = (signal: AbortSignal | undefined): OperationLifetime => ({
  signal,
  deadlineSignal: NEVER_ABORTED,
  timeLeft: Number.POSITIVE_INFINITY,
  extend: () => {},
});

/** A lifetime that nothing ends. */
export const UNLIMITED = withoutDeadline(undefined);

export interface OperationDeadlineOptions {
  /** Time for the whole response, including time in the upstream's request queue, in milliseconds. */
  milliseconds: number;
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/**
 * The deadline of an operation. Fields that are not resolved by then become errors. Its timer and signals are created
 * on first access, because an operation without upstream requests needs none.
 */
export class OperationDeadline implements OperationLifetime {
  readonly #startTimer: StartTimer;
  readonly #monotonicNow: () => number;
  readonly #abortScope = new AbortScope();
  #readController: AbortController | undefined;
  #deadlineController: AbortController | undefined;
  /** The timeout error, once the deadline has passed. */
  #timeoutError: Error | undefined;
  #abortReason: Error | undefined;
  /** Extensions that the running timer does not include, in milliseconds. */
  #pendingExtension = 0;
  /** Time from the start to the deadline, in milliseconds. */
  #milliseconds: number;
  /** Time at which the timer was started, by the monotonic clock, in milliseconds. */
  #startedAt = 0;
  /** Cancels the timer; undefined until it is started. */
  #cancelTimer: (() => void) | undefined;

  constructor({ milliseconds, startTimer, monotonicNow }: OperationDeadlineOptions) {
    this.#startTimer = startTimer;
    this.#monotonicNow = monotonicNow;
    this.#milliseconds = milliseconds;
  }

  get abortScope(): AbortScope {
    this.#start();
    return this.#abortScope;
  }

  get signal(): AbortSignal {
    this.#start();
    this.#readController ??= controllerFor(this.#abortScope.reason);
    return this.#readController.signal;
  }

  get deadlineSignal(): AbortSignal {
    this.#start();
    this.#deadlineController ??= controllerFor(this.#timeoutError);
    return this.#deadlineController.signal;
  }

  get timeLeft(): number {
    this.#start();
    return this.#startedAt + this.#milliseconds + this.#pendingExtension - this.#monotonicNow();
  }

  extend(milliseconds: number): void {
    this.#pendingExtension += milliseconds;
  }

  /** Aborts the reads, because the client has disconnected. */
  abort(): void {
    // A public error, although the client no longer receives it: any other error would be logged as an internal one.
    this.#abortReason = publicError(
      'UPSTREAM_TIMEOUT',
      'The client disconnected before the upstream responded. Send the request again.',
    );
    this.#abortReads(this.#abortReason);
  }

  /** Error because of which no further write may start; undefined while the client is connected. */
  get abortReason(): Error | undefined {
    return this.#abortReason;
  }

  /**
   * Releases the timer when the response is complete. A response with errors may be complete before all reads are,
   * because execution does not wait for reads below a position that is null: those are aborted.
   */
  end({ errors }: Pick<ExecutionResult, 'errors'> = {}): void {
    this.#cancelTimer?.();
    if (errors)
      this.#abortReads(publicError('UPSTREAM_TIMEOUT', 'The response was sent before the upstream responded.'));
  }

  #start(): void {
    if (this.#cancelTimer) return;
    this.#startedAt = this.#monotonicNow();
    this.#cancelTimer = this.#startTimer(this.#milliseconds, () => this.#onTimer());
  }

  #onTimer(): void {
    if (this.#pendingExtension > 0) {
      const milliseconds = this.#pendingExtension;
      this.#pendingExtension = 0;
      this.#milliseconds += milliseconds;
      this.#cancelTimer = this.#startTimer(milliseconds, () => this.#onTimer());
      return;
    }
    const message = `Expected the whole response within ${this.#milliseconds / 1_000} seconds (OPERATION_SECONDS), but this field was not resolved by then. Retry, or request less at once.`;
    this.#timeoutError = publicError('UPSTREAM_TIMEOUT', message);
    this.#deadlineController?.abort(this.#timeoutError);
    this.#abortReads(this.#timeoutError);
  }

  #abortReads(reason: Error): void {
    this.#abortScope.abort(reason);
    this.#readController?.abort(reason);
  }
}

function controllerFor(reason: unknown): AbortController {
  const controller = new AbortController();
  // Each upstream request adds a listener, and removes it when it ends.
  setMaxListeners(0, controller.signal);
  if (reason) controller.abort(reason);
  return controller;
}

/**
 * Waits for a write until the deadline. The write itself continues after it.
 *
 * @param isSent Returns true if the write was sent, so that it may take effect.
 * @throws At the deadline, GraphQLError UPSTREAM_OUTCOME_UNKNOWN if the write was sent, otherwise the signal's reason;
 * before that, the error of the write.
 */
export const unlessTimedOut = <Result>(
  write: Promise<Result>,
  deadlineSignal: AbortSignal,
  isSent: () => boolean,
): Promise<Result> => unlessAborted(write, deadlineSignal, () => (isSent() ? outcomeUnknown() : deadlineSignal.reason));

const outcomeUnknown = () =>
  publicError(
    'UPSTREAM_OUTCOME_UNKNOWN',
    'The request was sent, but the upstream did not respond in time, so it may or may not have taken effect. Query the current state before you repeat it.',
  );
