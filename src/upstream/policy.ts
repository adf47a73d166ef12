import type { Operation, OperationId } from '../contract/contract.ts';
import { BodyTooLongError } from './body.ts';
import { AvoidedError, type Breaker, type Outcome } from './breaker.ts';
import type { Cancellation, Wait } from './cancellation.ts';
import { UpstreamError } from './errors.ts';
import { explain } from './failure.ts';
import { maySendAgain, type RetryPolicy, waitBeforeRetry } from './retry.ts';
import { NetworkError, StatusError } from './road-errors.ts';
import type { Turns } from './turns.ts';

/** When a write may be begun. One that is under way goes on to its end, because stopping it undoes nothing. */
export interface Start {
  /** Aborts when it is too late to begin. */
  readonly by: AbortSignal;
  /** Told when it is sent: from then on it may happen. */
  readonly onSent: () => void;
}

/** An operation that is to be carried out, whichever road it takes. */
export interface Task<Result> {
  id: OperationId;
  operation: Operation;
  /** Sends the request once, and tells when it goes out. Fails with StatusError or NetworkError where those are to blame. */
  attempt: (cancellation: Cancellation, onSent: () => void) => Promise<Result>;
  /** A look that will be repeated anyway: it gives way to everybody else, and is not repeated here. */
  isPoll: boolean;
  /** @default it may begin whenever it is its turn */
  start?: Start | undefined;
  /** What a body that can be sent but once has come to: nothing that failed is sent again. @default none is sent */
  stream?: { readonly isWhole: boolean } | undefined;
  /** The result of a DELETE that was repeated and found nothing, because the first one did it. */
  gone?: () => Promise<Result>;
}

export interface PolicyOptions {
  /** Whose operations these are. */
  credential: string;
  /** Bounds how many requests of this credential are under way and wait. */
  turns: Turns;
  /** Keeps requests from an upstream that fails; shared by all credentials. */
  breaker: Breaker;
  retry: RetryPolicy;
  pause: Wait;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
  /** A random number from 0 up to 1, for jitter. */
  random: () => number;
  /** Told when the upstream asks for patience, in seconds. */
  onRetryAfter: (seconds: number) => void;
}

/**
 * Carries an operation out: when it may be sent, when it is sent again, and what a failure means.
 *
 * @throws UpstreamError when there is no usable answer; the caller's reason when it left.
 */
export type Policy = <Result>(task: Task<Result>, cancellation: Cancellation) => Promise<Result>;

/** Silence for so long is a failure even if it was the caller who lost patience, in milliseconds. */
const SLOW = 10_000;

/** One policy for everything that is sent with a credential, over whichever road. */
export function createPolicy(options: PolicyOptions): Policy {
  const { credential, turns, breaker, pause, now, random, onRetryAfter } = options;
  const once: RetryPolicy = { ...options.retry, limit: 0 };

  /** What a failed attempt says of the upstream, and what the upstream says of further ones. */
  const learn = (error: unknown, task: Task<unknown>, cancellation: Cancellation, begunAt: number): Outcome => {
    if (error instanceof StatusError && error.retryAfter !== undefined) onRetryAfter(error.retryAfter);
    const isOurs = cancellation.cause === 'caller' || task.stream !== undefined;
    const isOver = cancellation.cause !== undefined;
    return outcomeOf(error, { isOver, isPatient: !isOurs || now() - begunAt >= SLOW });
  };

  /** Waits until it may be sent: until the upstream is not avoided any more, which only polls wait for, and for its turn. */
  const enter = async (task: Task<unknown>, cancellation: Cancellation): Promise<void> => {
    // Polls are in no hurry, and hold no turn meanwhile. Others fail at once instead of waiting for a turn in vain.
    while (task.isPoll && breaker.wait > 0) await pause(breaker.wait, cancellation.signal);
    await turnFor(task, cancellation);
  };

  /** @returns Undefined when it is its turn at once. */
  const turnFor = ({ isPoll, start }: Task<unknown>, cancellation: Cancellation): Promise<void> | undefined => {
    if (breaker.wait > 0) throw new AvoidedError(breaker.wait);
    return turns.enter(cancellation, { by: start?.by, isPoll });
  };

  /** How long to wait before it is sent again, in milliseconds; undefined when it is not. */
  const waitAfter = (error: unknown, task: Task<unknown>, failures: number): number | undefined => {
    const retry = task.isPoll || task.stream ? once : options.retry;
    const wait = waitBeforeRetry({ operation: task.operation, failures, error }, retry, random);
    return breaker.wait > 0 ? undefined : wait;
  };

  // The fewer functions wait for each other here, the better: each costs as much as a tenth of a request.
  return async (task, cancellation) => {
    const { id, operation, isPoll, start, stream } = task;
    let isSent = false;
    const onSent = () => {
      if (!isSent) start?.onSent();
      isSent = true;
    };
    let hasTurn = false;
    try {
      for (let failures = 0; ; ) {
        if (!hasTurn) {
          const turn = breaker.wait === 0 ? turnFor(task, cancellation) : enter(task, cancellation);
          if (turn) await turn;
          hasTurn = true;
        }
        cancellation.throwIfOver();
        if (isPoll && breaker.wait > 0) {
          turns.leave();
          hasTurn = false;
          continue;
        }
        const tell = breaker.enter(credential);
        const begunAt = now();
        try {
          const result = await task.attempt(cancellation, onSent);
          tell('answered');
          return result;
        } catch (error) {
          tell(learn(error, task, cancellation, begunAt));
          failures++;
          if (task.gone && failures > 1 && isMissing(error)) return await task.gone();
          const wait = cancellation.cause ? undefined : waitAfter(error, task, failures);
          if (wait === undefined) throw error;
          if (wait > 0) await pause(wait, cancellation.signal);
        }
      }
    } catch (error) {
      if (cancellation.cause === 'caller') throw cancellation.reason;
      if (!isSent && start?.by.aborted) throw start.by.reason;
      const mayHaveHappened = isSent && !maySendAgain(operation) && stream?.isWhole !== false;
      throw explain(id, error, { mayHaveHappened, inTime: cancellation.cause === undefined });
    } finally {
      if (hasTurn) turns.leave();
      cancellation.end();
    }
  };
}

/** What an attempt that failed says of the upstream. Whatever it answered but 5xx, it answered. */
function outcomeOf(error: unknown, { isOver, isPatient }: { isOver: boolean; isPatient: boolean }): Outcome {
  if (error instanceof StatusError) return error.status >= 500 ? 'failed' : 'answered';
  if (isOver) return isPatient ? 'failed' : 'nothing';
  if (error instanceof NetworkError) return 'failed';
  return error instanceof UpstreamError || error instanceof BodyTooLongError ? 'answered' : 'nothing';
}

const isMissing = (error: unknown): boolean => error instanceof StatusError && error.status === 404;
