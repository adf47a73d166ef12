import type { Operation, OperationId } from '../../contract/contract.ts';
import { type Abortable, type Cancellation, offAbort, onAbort, type Sleep } from '../../util/cancellation.ts';
import { LinkedNode } from '../../util/linked-list.ts';
import { isResourceExhaustion } from '../../util/local-failure.ts';
import { UpstreamError } from '../errors.ts';
import { BodyError } from '../transport/body.ts';
import { NetworkError, StatusError } from '../transport/errors.ts';
import type { OutgoingStream } from '../transport/ky-transport.ts';
import type { Attempt, Callbacks } from '../transport/transport.ts';
import type { ApiKeyState, KeyedRequest } from './api-key-state.ts';
import { type CircuitBreaker, CircuitOpenError, type Outcome } from './circuit-breaker.ts';
import type { RequestQueue } from './request-queue.ts';
import { isIdempotent, type RetryPolicy, waitBeforeRetry } from './retry.ts';
import { missingList, toUpstreamError } from './to-upstream-error.ts';

/** The condition under which a write may start. A write that has been sent is not aborted, because that would not undo it. */
export interface StartCondition {
  /** Aborts when it is too late to start. */
  readonly deadline: AbortSignal;
  /** Called when the request is written to a connection: from then on the write may be applied. */
  readonly onSent: () => void;
}

/** An operation to run, over any transport. */
export interface RequestTask<Result> {
  id: OperationId;
  operation: Operation;
  /** Sends the request once. It rejects with StatusError, NetworkError or any other error, and never throws. */
  attempt(cancellation: Cancellation, attempt: Attempt<Result>): void;
  /** True for a request that its caller repeats anyway: it has low priority and is not retried. */
  isPoll: boolean;
  /** @default it may start at any time */
  start?: StartCondition | undefined;
  /** The state of a streamed body. It can be sent only once, so the request is not retried. @default no streamed body */
  stream?: OutgoingStream | undefined;
  /** True if the resource always exists, so that 404 means that the base URL is wrong. @default false */
  isPermanent?: boolean;
  /** Returns the result of a retried DELETE whose response is 404, because the first attempt has deleted the resource. */
  alreadyDeleted?: () => Promise<Result>;
}

export interface RequestRunnerOptions {
  /** The credential of these operations. */
  credential: string;
  /** Limits the concurrent and waiting requests of this credential. */
  queue: RequestQueue;
  /** Stops requests while the upstream fails; shared by all credentials. */
  breaker: CircuitBreaker;
  /** Acceptance of the credential by the upstream, as seen in its responses. */
  keyState: ApiKeyState;
  retry: RetryPolicy;
  sleep: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
  /** Called when the upstream responds 404 to a list that always exists. */
  onMissingList: (error: UpstreamError) => void;
  /** Called with the delay that a response requests in `Retry-After`, in seconds. */
  onRetryAfter: (seconds: number) => void;
}

/**
 * Runs an operation: queues it, sends it, retries it and converts its error. Rejects with an UpstreamError if there is no
 * usable response, or with the caller's reason if it aborts.
 */
export type RunRequest = <Result>(
  task: RequestTask<Result>,
  cancellation: Cancellation,
  done: Callbacks<Result>,
) => void;

/** Creates the runner for all operations of one credential, over any transport. */
export const createRequestRunner =
  (options: RequestRunnerOptions): RunRequest =>
  (task, cancellation, done) =>
    new RequestRun(options, task, cancellation, done).start();

/** Time without a response that counts as a failure of the upstream even if the caller aborts, in milliseconds. */
const SLOW_RESPONSE = 10_000;

/** One run of an operation, including its retries. */
class RequestRun<Result> extends LinkedNode implements Attempt<Result>, KeyedRequest, Abortable {
  readonly #options: RequestRunnerOptions;
  readonly #task: RequestTask<Result>;
  readonly #cancellation: Cancellation;
  readonly #done: Callbacks<Result>;
  #hasSlot = false;
  /** True if the last attempt of a write was written to a connection. */
  #isSent = false;
  /** True if any attempt of a write was written to a connection. */
  #hasEverBeenSent = false;
  #failures = 0;
  /** Start of the last attempt, by the monotonic clock, in milliseconds. */
  #startedAt = 0;
  /** Reports the outcome of the last attempt to the circuit breaker. */
  #reportOutcome: (outcome: Outcome) => void = () => {};

  constructor(
    options: RequestRunnerOptions,
    task: RequestTask<Result>,
    cancellation: Cancellation,
    done: Callbacks<Result>,
  ) {
    super();
    this.#options = options;
    this.#task = task;
    this.#cancellation = cancellation;
    this.#done = done;
  }

  start(): void {
    try {
      const { keyState } = this.#options;
      const { rejection } = keyState;
      if (rejection) throw rejection;
      keyState.requests.add(this);
      if (this.#task.start) onAbort(this.#task.start.deadline, this);
      this.#sendAfter(this.#acquireSlot());
    } catch (error) {
      this.#fail(error);
    }
  }

  onSent(): void {
    if (this.#task.operation.method === 'GET') return;
    this.#isSent = true;
    if (this.#hasEverBeenSent) return;
    this.#hasEverBeenSent = true;
    this.#task.start?.onSent();
  }

  /** Aborts a write that was not sent before its start condition ended. */
  abort(reason: unknown): void {
    if (!this.#hasEverBeenSent) this.#cancellation.abort(reason);
  }

  /** Aborts the run, unless it is a write that may have reached the upstream: that continues until its own response. */
  onKeyRejected(error: StatusError): void {
    if (!this.#isSent) this.#cancellation.abort(this.#toCallerError(error));
  }

  resolve(result: Result): void {
    const { keyState } = this.#options;
    if (!keyState.isConfirmed) keyState.confirm();
    this.#reportOutcome('responded');
    this.#end();
    this.#done.resolve(result);
  }

  reject(error: unknown): void {
    const { operation, alreadyDeleted, isPoll, stream } = this.#task;
    this.#reportOutcome(this.#outcomeOfFailure(error));
    if (error instanceof StatusError) this.#updateKeyState(error);
    this.#failures++;
    if (alreadyDeleted && this.#failures > 1 && is404(error)) {
      this.#settleWith(alreadyDeleted());
      return;
    }
    const { retry, random, breaker, sleep } = this.#options;
    const policy = isPoll || stream ? { ...retry, limit: 0 } : retry;
    const wait = waitBeforeRetry({ operation, failures: this.#failures, error, isSent: this.#isSent }, policy, random);
    if (wait === undefined || this.#cancellation.cause || breaker.wait > 0) {
      this.#fail(error);
      return;
    }
    // A retried request was not applied, or is idempotent.
    this.#isSent = false;
    this.#sendAfter(wait > 0 ? sleep(wait, this.#cancellation.signal) : undefined);
  }

  /** Acquires a slot in the request queue. @returns Undefined if one was free. */
  #acquireSlot(): Promise<void> | undefined {
    const { breaker, queue } = this.#options;
    // Fails at once instead of waiting for a slot that it could not use.
    if (breaker.wait > 0) throw new CircuitOpenError(breaker.wait);
    const { isPoll, start } = this.#task;
    return queue.acquire(this.#cancellation, { startBy: start?.deadline, isPoll });
  }

  #sendAfter(wait: Promise<void> | undefined): void {
    if (!wait) this.#send();
    else
      wait.then(
        () => this.#send(),
        (error: unknown) => this.#fail(error),
      );
  }

  #send(): void {
    this.#hasSlot = true;
    const { breaker, credential, monotonicNow } = this.#options;
    try {
      this.#cancellation.throwIfAborted();
      this.#reportOutcome = breaker.startAttempt(credential, { mayProbe: this.#task.stream === undefined });
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#startedAt = monotonicNow();
    this.#task.attempt(this.#cancellation, this);
  }

  #settleWith(result: Promise<Result>): void {
    result.then(
      (value) => {
        this.#end();
        this.#done.resolve(value);
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    this.#end();
    this.#done.reject(this.#toCallerError(error));
  }

  #toCallerError(error: unknown): unknown {
    const { id, operation, start, stream, isPermanent } = this.#task;
    const { cause, reason } = this.#cancellation;
    if (cause === 'caller') return reason;
    if (!this.#hasEverBeenSent && start?.deadline.aborted) return start.deadline.reason;
    if (isPermanent && is404(error)) {
      const missing = missingList(id);
      this.#options.onMissingList(missing);
      return missing;
    }
    const mayHaveHappened = this.#isSent && !isIdempotent(operation) && (!stream || stream.completedAt !== undefined);
    return toUpstreamError(id, error, { mayHaveHappened, isInTime: cause === undefined });
  }

  #end(): void {
    this.leaveList();
    if (this.#task.start) offAbort(this.#task.start.deadline, this);
    this.#releaseSlot();
    this.#cancellation.end();
  }

  #releaseSlot(): void {
    if (this.#hasSlot) this.#options.queue.release(this.#task.isPoll);
    this.#hasSlot = false;
  }

  /** Confirms or rejects the key by the status of a response. */
  #updateKeyState(error: StatusError): void {
    const { keyState } = this.#options;
    if (error.status !== 401) {
      if (!keyState.isConfirmed) keyState.confirm();
      return;
    }
    this.leaveList();
    keyState.reject(error);
  }

  /** The outcome of a failed attempt for the circuit breaker. Reports `Retry-After`, too. */
  #outcomeOfFailure(error: unknown): Outcome {
    const { onRetryAfter, monotonicNow } = this.#options;
    const { cause } = this.#cancellation;
    if (error instanceof StatusError && error.retryAfter !== undefined) onRetryAfter(error.retryAfter);
    const { stream } = this.#task;
    const isPartial = stream !== undefined && this.#isSent && stream.completedAt === undefined;
    // A client that sends slowly, or stops, can cause any timeout or failure of the upstream.
    if (isPartial) return error instanceof StatusError && error.status < 500 ? 'responded' : 'ignored';
    const waited = monotonicNow() - (stream?.completedAt ?? this.#startedAt);
    const isUpstreamSlow = (cause !== 'caller' && !stream) || waited >= SLOW_RESPONSE;
    return outcomeOf(error, { isOver: cause !== undefined, isUpstreamSlow });
  }
}

/** The outcome of a failed attempt for the circuit breaker. Any status but 5xx counts as a response. */
function outcomeOf(error: unknown, { isOver, isUpstreamSlow }: { isOver: boolean; isUpstreamSlow: boolean }): Outcome {
  if (error instanceof StatusError) return error.status >= 500 ? 'failed' : 'responded';
  if (isOver) return isUpstreamSlow ? 'failed' : 'ignored';
  if (error instanceof NetworkError) return isResourceExhaustion(error) ? 'ignored' : 'failed';
  return error instanceof UpstreamError || error instanceof BodyError ? 'responded' : 'ignored';
}

const is404 = (error: unknown): boolean => error instanceof StatusError && error.status === 404;
