import type { OperationId } from '../../contract/contract.ts';
import { isResourceExhaustion } from '../../util/local-failure.ts';
import { UpstreamError } from '../errors.ts';
import { BodyError } from '../transport/body.ts';
import { NetworkError, StatusError } from '../transport/errors.ts';
import { CircuitOpenError } from './circuit-breaker.ts';
import { QueueFullError } from './request-queue.ts';

/** The ids in a request: its path parameters, and its JSON body. */
export interface RequestIds {
  readonly path: object;
  readonly json?: unknown;
}

/** Replaces the ids of a request in a message of the upstream by those that clients use. */
export type TranslateIds = (message: string, request: RequestIds) => string;

interface FailureContext {
  mayHaveHappened: boolean;
  isInTime: boolean;
  /** Converts the upstream's message for clients. */
  translate: (message: string) => string;
}

/** Converts the error of a failed operation to an UpstreamError; returns errors that the upstream did not cause unchanged. */
export function toUpstreamError(
  id: OperationId,
  error: unknown,
  { mayHaveHappened, isInTime, translate }: FailureContext,
): unknown {
  if (error instanceof CircuitOpenError) {
    return new UpstreamError(id, 'circuit-open', error.message, { retryAfter: Math.ceil(error.wait / 1_000) });
  }
  if (error instanceof QueueFullError) return new UpstreamError(id, 'queue-full', error.message, { retryAfter: 1 });
  if (error instanceof UpstreamError || error instanceof BodyError) {
    if (mayHaveHappened) {
      return new UpstreamError(id, 'outcome-unknown', 'the upstream accepted a write with an unreadable response', {
        cause: error,
      });
    }
    return error instanceof UpstreamError
      ? error
      : new UpstreamError(id, 'invalid-response', error.message, { cause: error });
  }
  if (error instanceof StatusError) return ofStatus(id, error, mayHaveHappened, translate);
  if (isInTime && !(error instanceof NetworkError)) return error;
  if (mayHaveHappened) {
    return new UpstreamError(id, 'outcome-unknown', 'no complete response to a write', { cause: error });
  }
  if (isInTime && isResourceExhaustion(error)) {
    return new UpstreamError(id, 'exhausted', 'this machine cannot open another connection', { cause: error });
  }
  return isInTime
    ? new UpstreamError(id, 'unreachable', 'the connection failed or broke', { cause: error })
    : new UpstreamError(id, 'timeout', 'no complete response in time', { cause: error });
}

function ofStatus(
  id: OperationId,
  { status, upstreamMessage, retryAfter }: StatusError,
  mayHaveHappened: boolean,
  translate: (message: string) => string,
): UpstreamError {
  if (status < 400) {
    // The write may have been applied: 302 and 303 often redirect to a page that shows its result.
    const failure = mayHaveHappened ? 'outcome-unknown' : 'invalid-response';
    return new UpstreamError(id, failure, `expected no redirect, got status ${status}`);
  }
  const isUnknown = mayHaveHappened && isUnclearStatus(status);
  const details = {
    status,
    upstreamMessage: upstreamMessage === undefined ? undefined : translate(upstreamMessage),
    retryAfter,
  };
  return new UpstreamError(id, isUnknown ? 'outcome-unknown' : 'status', `the response has status ${status}`, details);
}

/** True for a failure of a sent write that may have been applied nevertheless. */
export const isUnclear = (error: unknown): boolean =>
  !(error instanceof StatusError) || error.status < 400 || isUnclearStatus(error.status);

const isUnclearStatus = (status: number): boolean => status >= 500 || status === 408;

/** The error of a 404 for a list that always exists, such as that of the models. */
export const missingList = (id: OperationId): UpstreamError =>
  new UpstreamError(
    id,
    'invalid-response',
    'expected a list that always exists, got 404. The base URL of the upstream (`FLAIR_API_URL`) seems to be wrong',
  );
