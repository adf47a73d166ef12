import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, type GraphQLError } from 'graphql';
import { type Caller, expiredError } from '../auth/caller.ts';
import { isRetryable } from '../errors.ts';
import { execute, type ReadExecutionOptions } from '../executor/execute.ts';
import { whenOver } from '../util/async-iterators.ts';
import { type Sleep, sleepUntil } from '../util/timers.ts';
import type { Context } from './context.ts';
import type { JobUpdate } from './services.ts';
import type { SharedResult } from './shared-result.ts';

/** The results of a subscription, one for each event. */
export type Results = AsyncGenerator<ExecutionResult | SharedResult, void>;

export interface StreamOptions {
  /** Makes an error fit for clients. A shared result is masked before it is written for all of them. */
  maskError: (error: unknown) => GraphQLError;
  /** How streams wait for the time at which they end. */
  pause: Sleep;
  /** The wall clock, in milliseconds since the epoch: credentials expire by it. */
  now: () => number;
}

/** How one stream is opened. */
export interface OpenStreamOptions extends StreamOptions {
  /** Takes a place for the stream where it needs one, and returns what gives it back. */
  acquire: () => (() => void) | undefined;
  /** What is shown of each result. */
  mapResult: (result: ExecutionResult | SharedResult) => ExecutionResult | SharedResult;
}

/**
 * Opens a stream, whose events are executed each in a context of its own, so that nothing read for one outlives it.
 *
 * @param context Of the subscription itself.
 */
export async function openStream(
  args: ExecutionArgs & Pick<ReadExecutionOptions, 'limits'>,
  context: Context,
  asker: Caller,
  options: OpenStreamOptions,
): Promise<Results | ExecutionResult> {
  const close = options.acquire();
  const events = await createSourceEventStream({ ...args, contextValue: context }).catch((error: unknown) => {
    close?.();
    throw error;
  });
  if (!(Symbol.asyncIterator in events)) {
    close?.();
    return events;
  }
  const source = events[Symbol.asyncIterator]();
  const executeEvent = (event: unknown) =>
    isUpdate(event)
      ? context.executeForEvent(event, args, async (contextValue) => {
          const { data = null, errors } = await execute({
            ...args,
            rootValue: event,
            contextValue,
            isTransient: isRetryable,
          });
          return errors ? { data, errors: errors.map(options.maskError) } : { data };
        })
      : execute({ ...args, rootValue: event, contextValue: context, isTransient: isRetryable });
  const results = executeEach(close ? whenOver(source, close) : source, async (event) =>
    options.mapResult(await executeEvent(event)),
  );
  // A WebSocket that closes leaves its streams itself; Yoga leaves only what it has begun to read.
  if (asker.isHttp) asker.onAbort(() => void results.return(undefined).catch(() => {}));
  return asker.expiresAt === undefined ? results : endAt(asker.expiresAt, results, options);
}

const isUpdate = (event: unknown): event is JobUpdate => typeof event === 'object' && event !== null;

/**
 * Maps a stream of events. Leaving it ends the source at once, even while the next event is awaited. A failure ends it, too
 * (GraphQL, 6.2.3.2 "Response Stream"): readers that read on after a failure would read it without end.
 */
function executeEach(
  events: AsyncIterator<unknown>,
  executeEvent: (event: unknown) => ExecutionResult | Promise<ExecutionResult | SharedResult>,
): Results {
  let hasFailed = false;
  const leave = async () => {
    await events.return?.();
    return OVER;
  };
  return {
    async next() {
      if (hasFailed) return OVER;
      try {
        const { value, done } = await events.next();
        return done ? OVER : { value: await executeEvent(value), done: false };
      } catch (error) {
        hasFailed = true;
        // The failure itself is the one to report.
        leave().catch(() => {});
        throw error;
      }
    },
    return: leave,
    async throw(error) {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await leave();
    },
  };
}

const OVER = { value: undefined, done: true } as const;

/** Ends a stream at a time, with an error that says why. */
function endAt(at: number, results: Results, options: StreamOptions): Results {
  const over = new AbortController();
  let isOver = false;
  let tell: (result: IteratorResult<ExecutionResult, void>) => void = () => {};
  const end = async () => {
    isOver = true;
    tell({ value: { errors: [expiredError()] }, done: false });
    await results.return();
  };
  sleepUntil(at, options, over.signal)
    .then(end)
    .catch(() => {});
  const leave = async () => {
    over.abort();
    return await results.return();
  };
  return {
    ...results,
    next: () =>
      isOver
        ? Promise.resolve({ value: undefined, done: true })
        : new Promise((resolve, reject) => {
            tell = resolve;
            results.next().then((result) => {
              if (result.done) over.abort();
              // What was told before is told once.
              if (!isOver) resolve(result);
            }, reject);
          }),
    return: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await leave();
    },
  };
}
