import { publicError } from '../errors.ts';
import type { RequestBudget } from '../limits/request-budget.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { BulkPace } from '../upstream/policy/bulk-pace.ts';
import { NEVER_ABORTED } from '../util/abort-signals.ts';
import type { OperationLifetime } from './deadline.ts';

/** The operation to which a bulk write belongs. */
export interface BulkOperation {
  readonly pace: BulkPace;
  readonly lifetime: OperationLifetime;
  readonly budget: Pick<RequestBudget, 'raise'>;
}

/**
 * Runs one of many writes when its turn comes. If the upstream rejects it because of a rate limit, pauses all bulk writes of
 * the key and runs it again, until the deadline.
 *
 * @throws GraphQLError UPSTREAM_TIMEOUT if it was not sent before the deadline or before the client disconnected; PausedError
 *   if the upstream limits requests beyond the deadline; the error of the write.
 */
export async function runPaced<Result>(
  write: () => Promise<Result>,
  { pace, lifetime, budget }: BulkOperation,
): Promise<Result> {
  const { signal = NEVER_ABORTED, deadlineSignal } = lifetime;
  for (;;) {
    let leave = () => {};
    try {
      leave = await pace.enter(signal, lifetime.timeLeft);
      const result = await write();
      pace.confirm();
      return result;
    } catch (error) {
      if (deadlineSignal.aborted && error === deadlineSignal.reason) throw notSent();
      if (!isRateLimited(error)) throw error;
      // Zero, for example from a clock that is behind, names no time either.
      pace.pause(error.retryAfter ? error.retryAfter * 1_000 : undefined);
      // The rejected request does not count, because it is sent again.
      budget.raise(1);
    } finally {
      leave();
    }
  }
}

/** True if nothing happened because of too many requests: the upstream rejected the request, or the key's queue is full. */
const isRateLimited = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && (error.status === 429 || error.failure === 'queue-full');

const notSent = () =>
  publicError(
    'UPSTREAM_TIMEOUT',
    'This was not sent, because the time for the whole operation (OPERATION_SECONDS) had passed. Send it again.',
  );
