import type { Operation, OperationId } from '../../contract/contract.ts';
import { type Abortable, type Cancellation, offAbort, onAbort, type Sleep } from '../../util/cancellation.ts';
import { LinkedNode } from '../../util/linked-list.ts';
import { isResourceExhaustion } from '../../util/local-failure.ts';
import { isPause, UpstreamError } from '../errors.ts';
import type { Requester, UpstreamObserver, UpstreamSpan } from '../observer.ts';
import { BodyError } from '../transport/body.ts';
import { NetworkError, StatusError } from '../transport/errors.ts';
import type { OutgoingStream } from '../transport/ky-transport.ts';
import type { Attempt, Callbacks } from '../transport/transport.ts';
import type { ApiKeyState, KeyedRequest } from './api-key-state.ts';
import { type CircuitBreaker, CircuitOpenError, type Outcome, type ReportOutcome } from './circuit-breaker.ts';
import type { RequestQueue } from './request-queue.ts';
import { isIdempotent, type RetryPolicy, waitBeforeRetry } from './retry.ts';
import { isUnclear, missingList, type RequestIds, type TranslateIds, toUpstreamError } from './to-upstream-error.ts';
import type { UpstreamOutcomes } from './upstream-state.ts';

/** The condition under which a write may start. A write that has been sent is not aborted, because that would not undo it. */
export interface StartCondition {
  /** Aborts when it is too late to start. */
  readonly deadline: AbortSignal;
  /** Called when the request is written to a connection: from then on the write may be applied. */
  readonly onSent: () => void;
  /** The request of the client that writes. @default unknown */
  readonly requester?: Requester | undefined;
}

/** What is known about the deletion of a resource by this and earlier operations. */
export interface Deletion<Result> {
  /** True if an earlier attempt may have deleted the resource: then a 404 means that it has. */
  mayBeDone(): boolean;
  /** Called after an attempt that may have deleted the resource. */
  onUnclear(): void;
  /** The result of a deletion that an earlier attempt has done. */
  result(): Promise<Result>;
}

/** An operation to run, over any transport. */
export interface RequestTask<Result> {
  id: OperationId;
  operation: Operation;
  /** The ids in the request. @default none */
  readonly ids?: RequestIds;
  /** Sends the request once. It rejects with StatusError, NetworkError or any other error, and never throws. */
  attempt(cancellation: Cancellation, attempt: Attempt<Result>): void;
  /** True for a request that its caller repeats anyway: it has low priority and is not retried. */
  isPoll: boolean;
  /** @default it may start at any time */
  start?: StartCondition | undefined;
  /** The request of the client for which it runs. @default unknown */
  requester?: Requester | undefined;
  /** The state of a streamed body. It can be sent only once, so the request is not retried. @default no streamed body */
  stream?: OutgoingStream | undefined;
  /** True if the resource always exists, so that 404 means that the base URL is wrong. @default false */
  isPermanent?: boolean;
  /** Set for the deletion of a resource. @default it deletes nothing */
  deletion?: Deletion<Result> | undefined;
}

export interface RequestRunnerOptions {
  /** The credential of these operations. */
  apiKey: string;
  /** Limits the concurrent and waiting requests of this credential. */
  queue: RequestQueue;
  /** Stops requests while the upstream fails; shared by all credentials. */
  breaker: CircuitBreaker;
  /** Records the outcomes of requests; shared by all credentials. */
  outcomes: Pick<UpstreamOutcomes, 'record'>;
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
  /** Replaces ids in the messages of responses. @default they stay as they are */
  translateIds?: TranslateIds | undefined;
  observer: UpstreamObserver;
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
  readonly #requester: Requester | undefined;
  #span: UpstreamSpan | undefined;
  #hasSlot = false;
  /** True if the last attempt of a write was written to a connection. */
  #isSent = false;
  /** True if any attempt of a write was written to a connection. */
  #hasEverBeenSent = false;
  #failures = 0;
  /** Start of the last attempt, by the monotonic clock, in milliseconds. */
  #startedAt = 0;
  /** Reports the outcome of the last attempt to the circuit breaker. Undefined before the first attempt. */
  #reportOutcome: ReportOutcome | undefined;

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
    this.#requester = task.requester ?? task.start?.requester;
  }

  /** The status is needed only for a trace. */
  get onSuccess(): UpstreamSpan['onSuccess'] | undefined {
    return this.#span?.onSuccess;
  }

  get headers(): readonly string[] | undefined {
    return this.#span?.headers ?? this.#requester?.forwardedHeaders;
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
    this.#reportOutcome?.('responded', this.#options.apiKey);
    this.#options.outcomes.record('responded');
    this.#observe('2xx', undefined);
    this.#end();
    this.#done.resolve(result);
  }

  reject(error: unknown): void {
    const { operation, deletion, isPoll, stream } = this.#task;
    const outcome = this.#outcomeOfFailure(error);
    const status = statusOf(error, this.#cancellation.cause);
    const isFailure = outcome === 'failed' || status === 'invalid' || status === 'exhausted';
    // Before the breaker, which may open because of it.
    this.#observe(status, isFailure ? error : undefined);
    this.#options.outcomes.record(outcome, error);
    this.#reportOutcome?.(outcome, this.#options.apiKey);
    if (error instanceof StatusError) this.#updateKeyState(error);
    this.#failures++;
    if (deletion && isGone(error) && deletion.mayBeDone()) {
      this.#settleWith(deletion.result());
      return;
    }
    if (deletion && this.#isSent && isUnclear(error)) deletion.onUnclear();
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
    const { breaker, monotonicNow } = this.#options;
    try {
      this.#cancellation.throwIfAborted();
      this.#reportOutcome = breaker.startAttempt(this.#task.stream === undefined);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#startedAt = monotonicNow();
    if (this.#requester) {
      this.#requester.sent++;
      this.#span = this.#requester.startSpan?.(this.#task.id, this.#failures);
    }
    this.#task.attempt(this.#cancellation, this);
  }

  /** Reports the end of an attempt. */
  #observe(status: number | string, failure: unknown): void {
    const { observer, monotonicNow } = this.#options;
    const { id, isPoll } = this.#task;
    this.#span?.end(status);
    this.#span = undefined;
    observer.onAttempt({
      operation: id,
      status,
      milliseconds: monotonicNow() - this.#startedAt,
      isPoll,
      retries: this.#failures,
      requester: this.#requester,
      failure,
    });
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
    const { id, operation, ids, start, stream, isPermanent } = this.#task;
    const { translateIds } = this.#options;
    const { cause, reason } = this.#cancellation;
    if (cause === 'caller') return reason;
    if (!this.#hasEverBeenSent && start?.deadline.aborted) return start.deadline.reason;
    if (isPermanent && is404(error)) {
      const missing = missingList(id);
      this.#options.onMissingList(missing);
      return missing;
    }
    const mayHaveHappened = this.#isSent && !isIdempotent(operation) && (!stream || stream.completedAt !== undefined);
    return toUpstreamError(id, error, {
      mayHaveHappened,
      isInTime: cause === undefined,
      translate: (message) => (translateIds && ids ? translateIds(message, ids) : message),
    });
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
    if (error instanceof StatusError && error.retryAfter !== undefined && isPause(error.status))
      onRetryAfter(error.retryAfter);
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

/** The status of a failed attempt, or the reason for which there is none. */
function statusOf(error: unknown, cause: Cancellation['cause']): number | string {
  if (error instanceof StatusError) return error.status;
  if (cause === 'caller') return 'aborted';
  if (cause !== undefined) return 'timeout';
  if (error instanceof NetworkError) return isResourceExhaustion(error) ? 'exhausted' : 'network';
  return 'invalid';
}

const is404 = (error: unknown): boolean => error instanceof StatusError && error.status === 404;
const isGone = (error: unknown): boolean => is404(error) || (error instanceof StatusError && error.status === 410);
