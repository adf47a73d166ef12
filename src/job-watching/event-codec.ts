import type { EventCodec } from '../job-sharing/messages.ts';
import { ListTooLongError, NotReadYetError, OutageTooLongError } from '../jobs/events.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { decodeJob, encodeJob } from '../upstream/job-codec.ts';
import type { JobRow, WatchedKey } from '../upstream/jobs.ts';
import { isRecord } from '../util/json.ts';
import type { JobUpdate } from './events.ts';

/** Converts the events of jobs for other replicas. @param now The wall clock, in milliseconds since the epoch. */
export const createEventCodec = (now: () => number): EventCodec<JobRow, WatchedKey> => ({
  encode: (event) => encodeEvent(event, now()),
  decode: (value, age = 0) => (isRecord(value) ? decodeEvent(value, now() - age) : undefined),
  decodeKey,
});

type Encoded = Readonly<Record<string, unknown>>;

function encodeEvent(event: JobUpdate, now: number): Encoded {
  const { key } = event;
  if ('error' in event) return { key, error: encodeError(event.error, now), wasSeen: event.wasSeen };
  const { state, checkedAt, staleSince } = event;
  return { key, state: encodeJob(state), age: now - checkedAt.getTime(), isStale: staleSince !== undefined };
}

function decodeEvent(
  { key: encodedKey, state, age, isStale, error, wasSeen }: Encoded,
  now: number,
): JobUpdate | undefined {
  const key = decodeKey(encodedKey);
  if (!key) return undefined;
  if (state === undefined) {
    const decoded = isRecord(error) ? decodeError(error, now) : undefined;
    return decoded && { key, error: decoded, wasSeen: wasSeen === true };
  }
  const row = decodeJob(state);
  if (!row || typeof age !== 'number') return undefined;
  const checkedAt = new Date(Math.round(now - Math.max(0, age)));
  return { key, state: row, checkedAt, ...(isStale === true && { staleSince: checkedAt }) };
}

/** @returns The key of a job or list; undefined for any other value. */
function decodeKey(value: unknown): WatchedKey | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, id, modelId } = value;
  if (kind === 'Predictions') return { kind };
  if (typeof id !== 'string') return undefined;
  if (kind === 'Prediction' || kind === 'Model') return { kind, id };
  return kind === 'Training' && typeof modelId === 'string' ? { kind, modelId, id } : undefined;
}

function encodeError(error: unknown, now: number): Encoded {
  if (error instanceof NotReadYetError) {
    const { reason, since, wait } = error;
    return { type: 'not-read-yet', reason, age: now - since.getTime(), wait };
  }
  if (error instanceof ListTooLongError) return { type: 'list-too-long', followed: error.followed };
  if (error instanceof OutageTooLongError)
    return { type: 'outage-too-long', message: error.message, cause: error.cause && encodeError(error.cause, now) };
  if (error instanceof UpstreamError) {
    const { operation, failure, message, status, upstreamMessage, retryAfter } = error;
    return { type: 'upstream', operation, failure, message, status, upstreamMessage, retryAfter };
  }
  // A defect of the gateway: its message stays in the log of the replica where it happened.
  return { type: 'unexpected' };
}

function decodeError(encoded: Encoded, now: number): Error | undefined {
  const { type, reason, age, wait, followed, message, cause } = encoded;
  if (type === 'not-read-yet' && typeof age === 'number' && typeof wait === 'number')
    return new NotReadYetError(reason === 'hold' ? 'hold' : 'outage', new Date(now - age), wait);
  if (type === 'list-too-long' && typeof followed === 'number') return new ListTooLongError(followed);
  if (type === 'outage-too-long' && typeof message === 'string')
    return new OutageTooLongError(message, isRecord(cause) ? { cause: decodeError(cause, now) } : {});
  if (type === 'upstream') return decodeUpstreamError(encoded);
  return type === 'unexpected' ? new Error('the poll of another replica failed unexpectedly') : undefined;
}

function decodeUpstreamError({ operation, failure, message, ...details }: Encoded): UpstreamError | undefined {
  if (typeof operation !== 'string' || typeof failure !== 'string' || typeof message !== 'string') return undefined;
  const { status, upstreamMessage, retryAfter } = details;
  // The constructor puts the operation before the message.
  return new UpstreamError(
    operation as UpstreamError['operation'],
    failure as UpstreamError['failure'],
    withoutPrefix(message, operation),
    {
      status: numberOf(status),
      retryAfter: numberOf(retryAfter),
      upstreamMessage: typeof upstreamMessage === 'string' ? upstreamMessage : undefined,
    },
  );
}

const withoutPrefix = (message: string, operation: string): string =>
  message.startsWith(`${operation}: `) ? message.slice(operation.length + 2) : message;

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
