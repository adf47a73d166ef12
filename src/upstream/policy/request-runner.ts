import type { Operation, OperationId } from '../../contract/contract.ts';
import { type Abortable, type Cancellation, offAbort, onAbort, type Sleep } from '../../util/cancellation.ts';
import { LinkedNode } from '../../util/linked-list.ts';
import { isExhausted } from '../../util/local-failure.ts';
import { UpstreamError } from '../errors.ts';
import { BodyError } from '../transport/body.ts';
import { NetworkError, StatusError } from '../transport/errors.ts';
import type { ApiKeyState, KeyedRequest } from './api-key-state.ts';
import { type CircuitBreaker, CircuitOpenError, type Outcome } from './circuit-breaker.ts';
import { missingList, toUpstreamError } from './explain-failure.ts';
import type { RequestQueue } from './request-queue.ts';
import { maySendAgain, type RetryPolicy, waitBeforeRetry } from './retry.ts';

/** When a write may be begun. One that is under way goes on to its end, because stopping it undoes nothing. */
export interface StartCondition {
  /** Aborts when it is too late to begin. */
  readonly by: AbortSignal;
  /** Called when the write is written to a connection: from then on it may happen. */
  readonly onSent: () => void;
}

/** Whoever is told what has become of something: one of both, once. No promise, because there is one for every request. */
export interface Callbacks<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Whoever has sent a request, and is told what becomes of it. */
export interface Attempt<Result> extends Callbacks<Result> {
  /** A write is about to be written to a connection. Reads need not report that. */
  onSent(): void;
}

/** An operation that is to be carried out, whichever road it takes. */
export interface RequestTask<Result> {
  id: OperationId;
  operation: Operation;
  /** Sends the request once. It fails with StatusError or NetworkError where those are to blame; nothing is thrown. */
  attempt(cancellation: Cancellation, attempt: Attempt<Result>): void;
  /** A look that will be repeated anyway: it gives way to everybody else, and is not repeated here. */
  isPoll: boolean;
  /** @default it may begin whenever it is its turn */
  start?: StartCondition | undefined;
  /** The state of a body that can be sent only once, so that nothing is sent again. @default none is sent */
  stream?: { readonly wholeAt: number | undefined } | undefined;
  /** Whether what is read always exists, so that 404 says that the base URL is wrong. @default false */
  isPermanent?: boolean;
  /** The result of a DELETE that was repeated and found nothing, because the first one did it. */
  gone?: () => Promise<Result>;
}

export interface RequestRunnerOptions {
  /** Whose operations these are. */
  credential: string;
  /** Bounds how many requests of this credential are under way and wait. */
  queue: RequestQueue;
  /** Keeps requests from an upstream that fails; shared by all credentials. */
  breaker: CircuitBreaker;
  /** What responses have shown about the credential. */
  keyState: ApiKeyState;
  retry: RetryPolicy;
  pause: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
  /** Admits a poll that an outage delayed. @default it is admitted when the outage ends */
  admitPoll?: ((signal: AbortSignal) => Promise<void> | undefined) | undefined;
  /** Called when the upstream answers 404 to a list that always exists. */
  onMissingList: (error: UpstreamError) => void;
  /** Told when the upstream asks for patience, in seconds. */
  onRetryAfter: (seconds: number) => void;
}

/**
 * Carries an operation out: when it may be sent, when it is sent again, and what a failure means. It fails with
 * UpstreamError when there is no usable answer, with the caller's reason when it left.
 */
export type RunRequest = <Result>(
  task: RequestTask<Result>,
  cancellation: Cancellation,
  done: Callbacks<Result>,
) => void;

/** One policy for everything that is sent with a credential, over whichever road. */
export const createRequestRunner =
  (options: RequestRunnerOptions): RunRequest =>
  (task, cancellation, done) =>
    new RequestRun(options, task, cancellation, done).begin();

/** Silence for so long is a failure even if it was the caller who lost patience, in milliseconds. */
const SLOW = 10_000;

/** One operation, until it has come to its end. */
class RequestRun<Result> extends LinkedNode implements Attempt<Result>, KeyedRequest, Abortable {
  readonly #options: RequestRunnerOptions;
  readonly #task: RequestTask<Result>;
  readonly #cancellation: Cancellation;
  readonly #done: Callbacks<Result>;
  #hasTurn = false;
  /** Whether the last attempt was written to a connection. */
  #isSent = false;
  /** Whether any attempt was. */
  #hasBegun = false;
  #failures = 0;
  /** When the last attempt was begun, by the monotonic clock, in milliseconds, and who is told how it ended. */
  #begunAt = 0;
  #tell: (outcome: Outcome) => void = () => {};

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

  begin(): void {
    try {
      const { breaker, keyState } = this.#options;
      const { rejection } = keyState;
      if (rejection) throw rejection;
      // A poll may begin again when the breaker opens before it is sent.
      this.leaveList();
      keyState.requests.add(this);
      if (this.#task.start) onAbort(this.#task.start.by, this);
      this.#sendAfter(breaker.wait > 0 && this.#task.isPoll ? this.#enterLater() : this.#enter());
    } catch (error) {
      this.#fail(error);
    }
  }

  onSent(): void {
    if (this.#task.operation.method === 'GET') return;
    this.#isSent = true;
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#task.start?.onSent();
  }

  /** It is too late to begin. */
  abort(reason: unknown): void {
    if (!this.#hasBegun) this.#cancellation.abort(reason);
  }

  /** A write that may have reached the upstream goes on to its own response. */
  onKeyRejected(error: StatusError): void {
    if (!this.#isSent) this.#cancellation.abort(this.#explain(error));
  }

  resolve(result: Result): void {
    const { keyState } = this.#options;
    if (!keyState.isConfirmed) keyState.confirm();
    this.#tell('answered');
    this.#end();
    this.#done.resolve(result);
  }

  reject(error: unknown): void {
    const { operation, gone, isPoll, stream } = this.#task;
    this.#tell(this.#learn(error));
    if (error instanceof StatusError) this.#judgeKey(error);
    this.#failures++;
    if (gone && this.#failures > 1 && isMissing(error)) {
      this.#finishWith(gone());
      return;
    }
    const { retry, random, breaker, pause } = this.#options;
    const policy = isPoll || stream ? { ...retry, limit: 0 } : retry;
    const wait = waitBeforeRetry({ operation, failures: this.#failures, error, isSent: this.#isSent }, policy, random);
    if (wait === undefined || this.#cancellation.cause || breaker.wait > 0) {
      this.#fail(error);
      return;
    }
    // What is sent again did not happen, or may happen twice.
    this.#isSent = false;
    this.#sendAfter(wait > 0 ? pause(wait, this.#cancellation.signal) : undefined);
  }

  /** Takes a turn. @returns Undefined when it is its turn at once. */
  #enter(): Promise<void> | undefined {
    const { breaker, queue: turns } = this.#options;
    // It fails at once instead of waiting for a turn that would be refused.
    if (breaker.wait > 0) throw new CircuitOpenError(breaker.wait);
    const { isPoll, start } = this.#task;
    return turns.enter(this.#cancellation, { by: start?.by, isPoll });
  }

  /** Polls are in no hurry: they wait until the upstream may be asked, and hold no turn meanwhile. */
  async #enterLater(): Promise<void> {
    const { breaker, pause, admitPoll } = this.#options;
    const { signal } = this.#cancellation;
    while (breaker.wait > 0) await (admitPoll ? admitPoll(signal) : pause(breaker.wait, signal));
    await this.#enter();
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
    this.#hasTurn = true;
    const { breaker, credential, monotonicNow } = this.#options;
    if (this.#task.isPoll && breaker.wait > 0 && !this.#cancellation.cause) {
      this.#giveTurnBack();
      this.begin();
      return;
    }
    try {
      this.#cancellation.throwIfOver();
      this.#tell = breaker.enter(credential, { mayProbe: this.#task.stream === undefined });
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#begunAt = monotonicNow();
    this.#task.attempt(this.#cancellation, this);
  }

  #finishWith(result: Promise<Result>): void {
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
    this.#done.reject(this.#explain(error));
  }

  #explain(error: unknown): unknown {
    const { id, operation, start, stream, isPermanent } = this.#task;
    const { cause, reason } = this.#cancellation;
    if (cause === 'caller') return reason;
    if (!this.#hasBegun && start?.by.aborted) return start.by.reason;
    if (isPermanent && isMissing(error)) {
      const missing = missingList(id);
      this.#options.onMissingList(missing);
      return missing;
    }
    const mayHaveHappened = this.#isSent && !maySendAgain(operation) && (!stream || stream.wholeAt !== undefined);
    return toUpstreamError(id, error, { mayHaveHappened, inTime: cause === undefined });
  }

  #end(): void {
    this.leaveList();
    if (this.#task.start) offAbort(this.#task.start.by, this);
    this.#giveTurnBack();
    this.#cancellation.end();
  }

  #giveTurnBack(): void {
    if (this.#hasTurn) this.#options.queue.leave();
    this.#hasTurn = false;
  }

  /** Draws from a status what it shows about the key. */
  #judgeKey(error: StatusError): void {
    const { keyState } = this.#options;
    if (error.status !== 401) {
      if (!keyState.isConfirmed) keyState.confirm();
      return;
    }
    this.leaveList();
    keyState.reject(error);
  }

  /** What a failed attempt says of the upstream, and what the upstream says of further ones. */
  #learn(error: unknown): Outcome {
    const { onRetryAfter, monotonicNow } = this.#options;
    const { cause } = this.#cancellation;
    if (error instanceof StatusError && error.retryAfter !== undefined) onRetryAfter(error.retryAfter);
    const { stream } = this.#task;
    const isPartial = stream !== undefined && this.#isSent && stream.wholeAt === undefined;
    // A client that sends slowly, or stops, makes upstreams time out and fail in all their ways.
    if (isPartial) return error instanceof StatusError && error.status < 500 ? 'answered' : 'nothing';
    const waited = monotonicNow() - (stream?.wholeAt ?? this.#begunAt);
    const isPatient = (cause !== 'caller' && !stream) || waited >= SLOW;
    return outcomeOf(error, { isOver: cause !== undefined, isPatient });
  }
}

/** What an attempt that failed says of the upstream. Whatever it answered but 5xx, it answered. */
function outcomeOf(error: unknown, { isOver, isPatient }: { isOver: boolean; isPatient: boolean }): Outcome {
  if (error instanceof StatusError) return error.status >= 500 ? 'failed' : 'answered';
  if (isOver) return isPatient ? 'failed' : 'nothing';
  if (error instanceof NetworkError) return isExhausted(error) ? 'nothing' : 'failed';
  return error instanceof UpstreamError || error instanceof BodyError ? 'answered' : 'nothing';
}

const isMissing = (error: unknown): boolean => error instanceof StatusError && error.status === 404;
