import type { OperationId } from '../../contract/contract.ts';
import { isExhausted } from '../../util/local-failure.ts';
import { UpstreamError } from '../errors.ts';
import { BodyError } from '../transport/body.ts';
import { NetworkError, StatusError } from '../transport/errors.ts';
import { CircuitOpenError } from './circuit-breaker.ts';
import { QueueFullError } from './request-queue.ts';

/** What a failed operation means for its caller; errors that are not the upstream's are handed on as they are. */
export function toUpstreamError(
  id: OperationId,
  error: unknown,
  { mayHaveHappened, inTime }: { mayHaveHappened: boolean; inTime: boolean },
): unknown {
  if (error instanceof CircuitOpenError) {
    return new UpstreamError(id, 'avoided', error.message, { retryAfter: Math.ceil(error.wait / 1_000) });
  }
  if (error instanceof QueueFullError) return new UpstreamError(id, 'crowded', error.message, { retryAfter: 1 });
  if (error instanceof UpstreamError || error instanceof BodyError) {
    if (mayHaveHappened) {
      return new UpstreamError(id, 'outcome-unknown', 'a write was accepted with an unreadable answer', {
        cause: error,
      });
    }
    return error instanceof UpstreamError
      ? error
      : new UpstreamError(id, 'invalid-response', error.message, { cause: error });
  }
  if (error instanceof StatusError) return ofStatus(id, error, mayHaveHappened);
  if (inTime && !(error instanceof NetworkError)) return error;
  if (mayHaveHappened) {
    return new UpstreamError(id, 'outcome-unknown', 'no complete answer to a write', { cause: error });
  }
  if (inTime && isExhausted(error)) {
    return new UpstreamError(id, 'exhausted', 'this machine cannot open another connection', { cause: error });
  }
  return inTime
    ? new UpstreamError(id, 'unreachable', 'no connection, or one that broke', { cause: error })
    : new UpstreamError(id, 'timeout', 'no complete answer in time', { cause: error });
}

function ofStatus(id: OperationId, { status, said, retryAfter }: StatusError, mayHaveHappened: boolean): UpstreamError {
  if (status < 400) {
    // It may be a page to look at after the write was done, as 302 and 303 often are.
    const failure = mayHaveHappened ? 'outcome-unknown' : 'invalid-response';
    return new UpstreamError(id, failure, `expected an answer, got a redirect (${status})`);
  }
  const isUnknown = mayHaveHappened && (status >= 500 || status === 408);
  const details = { status, said, retryAfter };
  return new UpstreamError(id, isUnknown ? 'outcome-unknown' : 'status', `answered ${status}`, details);
}

/** The error for a list that always exists, such as that of the models, but was answered with 404. */
export const missingList = (id: OperationId): UpstreamError =>
  new UpstreamError(
    id,
    'invalid-response',
    'expected a list that always exists, got 404. The base URL of the upstream (`FLAIR_API_URL`) seems to be wrong',
  );
