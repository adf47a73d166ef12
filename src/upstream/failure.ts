import { HTTPError } from 'ky';
import type { OperationId } from '../contract/contract.ts';
import { readText } from './body.ts';
import { AvoidedError } from './breaker.ts';
import { UpstreamError } from './errors.ts';
import { isNetworkError, isRefused, readRetryAfter } from './retry.ts';
import { NoTurnError } from './turns.ts';

/** What a failed operation means for its caller; errors that are not the upstream's are handed on as they are. */
export async function explain(
  id: OperationId,
  error: unknown,
  { mayHaveHappened, inTime, now }: { mayHaveHappened: boolean; inTime: boolean; now: () => number },
): Promise<unknown> {
  if (error instanceof AvoidedError) {
    return new UpstreamError(id, 'avoided', error.message, { retryAfter: Math.ceil(error.wait / 1_000) });
  }
  if (error instanceof NoTurnError) return new UpstreamError(id, 'crowded', error.message, { retryAfter: 1 });
  if (error instanceof UpstreamError) {
    return mayHaveHappened
      ? new UpstreamError(id, 'outcome-unknown', 'a write was accepted with an unreadable answer', { cause: error })
      : error;
  }
  if (error instanceof HTTPError) {
    const { status, headers } = error.response;
    if (status < 400)
      return new UpstreamError(id, 'invalid-response', `expected an answer, got a redirect (${status})`);
    const said = await readMessage(error.response);
    const retryAfter = readRetryAfter(headers, now());
    const unknown = mayHaveHappened && (status >= 500 || status === 408);
    return new UpstreamError(id, unknown ? 'outcome-unknown' : 'status', `answered ${status}`, {
      status,
      said,
      retryAfter,
    });
  }
  if (inTime && !isNetworkError(error)) return error;
  if (mayHaveHappened && !isRefused(error)) {
    return new UpstreamError(id, 'outcome-unknown', 'no complete answer to a write', { cause: error });
  }
  return inTime
    ? new UpstreamError(id, 'unreachable', 'no connection, or one that broke', { cause: error })
    : new UpstreamError(id, 'timeout', 'no complete answer in time', { cause: error });
}

const LONGEST_MESSAGE = 500;
/** More than any error has to say, in bytes. */
const LARGEST_ERROR = 65_536;

/** The sentence of an error body in any of the contract's forms; undefined when there is none. */
async function readMessage(response: Response): Promise<string | undefined> {
  try {
    const body: unknown = JSON.parse(await readText(response, LARGEST_ERROR));
    const message = find(find(body, 'error'), 'message') ?? find(body, 'error') ?? find(body, 'message');
    return typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : undefined;
  } catch {
    return undefined;
  }
}

const find = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
