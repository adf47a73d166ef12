import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { type Caller, expiredError } from '../auth/caller.ts';
import { isRetryable } from '../errors.ts';
import { type ExecutionSettings, execute } from '../executor/execute.ts';
import type { JobUpdate } from '../job-watching/events.ts';
import { closeQuietly, endWith, mapStream, onStreamEnd, type Stream } from '../util/async-iterators.ts';
import { mapMaybePromise } from '../util/promises.ts';
import { type Sleep, sleepUntil } from '../util/timers.ts';
import type { Context, Services } from './context.ts';
import { SharedEvent } from './shared-event.ts';
import type { SharedResult } from './shared-result.ts';

/** The results of a subscription, one for each event. */
export type Results = Stream<ExecutionResult | SharedResult>;

export interface StreamOptions {
  services: Services;
  /** The sleep function that waits for the end of a stream. */
  sleep: Sleep;
  /** The wall clock, in milliseconds since the epoch, for the expiry of credentials. */
  now: () => number;
}

/** Options of one stream. */
export interface OpenStreamOptions extends StreamOptions {
  /** Acquires quota for the stream, if it needs any, and returns the function that releases it. */
  acquire: () => (() => void) | undefined;
  /** Makes every error of a result public. A shared result is masked before it is serialized. */
  mask: (result: ExecutionResult) => ExecutionResult;
  /** Maps each result before it is sent. */
  mapResult: (result: ExecutionResult | SharedResult) => ExecutionResult | SharedResult;
}

/**
 * Opens a stream. Each event is executed in its own context, so that its reads are not cached for later events.
 *
 * @param context The context of the subscription itself.
 */
export async function openStream(
  args: ExecutionArgs & Pick<ExecutionSettings, 'limits'>,
  context: Context,
  caller: Caller,
  options: OpenStreamOptions,
): Promise<Results | ExecutionResult> {
  const release = options.acquire();
  const events = await createSourceEventStream({ ...args, contextValue: context }).catch((error: unknown) => {
    release?.();
    throw error;
  });
  if (!(Symbol.asyncIterator in events)) {
    release?.();
    return events;
  }
  const source = events[Symbol.asyncIterator]();
  const executeEvent = (event: unknown) =>
    isUpdate(event)
      ? SharedEvent.of(event, options.services, caller).execute(args, caller.baseUrl, async (contextValue) => {
          const { data = null, errors } = await execute({
            ...args,
            rootValue: event,
            contextValue,
            isTransient: isRetryable,
          });
          return options.mask(errors ? { data, errors } : { data });
        })
      : mapMaybePromise(
          execute({ ...args, rootValue: event, contextValue: context, isTransient: isRetryable }),
          options.mask,
        );
  const results = mapStream(release ? onStreamEnd(source, release) : source, async (event) =>
    options.mapResult(await executeEvent(event)),
  );
  const stream = caller.expiresAt === undefined ? results : endAt(caller.expiresAt, results, options);
  // graphql-ws ends the streams of a closed WebSocket; Yoga ends only streams that it has begun to read.
  if (caller.isHttp) caller.onAbort(() => void closeQuietly(stream));
  return stream;
}

const isUpdate = (event: unknown): event is JobUpdate => typeof event === 'object' && event !== null;

/** Closes a stream when the caller's credential expires, with an error as its last result. */
const endAt = (expiresAt: number, results: Results, { sleep, now }: StreamOptions): Results =>
  endWith(results, async (signal) => {
    await sleepUntil(expiresAt, { sleep, now }, signal);
    return { errors: [expiredError()] };
  });
