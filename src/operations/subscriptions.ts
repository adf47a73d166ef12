import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, type GraphQLError } from 'graphql';
import { type Caller, expiredError } from '../auth/caller.ts';
import { isRetryable } from '../errors.ts';
import { type ExecutionSettings, execute } from '../executor/execute.ts';
import type { JobUpdate } from '../job-watching/events.ts';
import { BaseStream, closeQuietly, DONE, endWith, type Source } from '../util/async-iterators.ts';
import { type Sleep, sleepUntil } from '../util/timers.ts';
import { Context, type ContextCaller, type Services } from './context.ts';
import { UNLIMITED } from './deadline.ts';
import { fieldContexts } from './field-contexts.ts';
import { SharedEvent } from './shared-event.ts';
import { keyOfArguments, type SharedResult } from './shared-result.ts';

type Result = ExecutionResult | SharedResult;

/** The results of a subscription, one for each event. */
export type Results = BaseStream<Result>;

export interface StreamOptions {
  services: Services;
  /** The sleep function that waits for the end of a stream. */
  sleep: Sleep;
  /** The wall clock, in milliseconds since the epoch, for the expiry of credentials. */
  now: () => number;
}

/** Options of one stream. */
export interface OpenStreamOptions extends StreamOptions {
  caller: Caller;
  /** The caller as resolvers see it. */
  contextCaller: ContextCaller;
  /** Acquires quota for the stream, if it needs any, and returns the function that releases it. */
  acquire: () => (() => void) | undefined;
  /** Makes every error of a result public. A shared result is masked before it is serialized. */
  mask: (result: ExecutionResult) => ExecutionResult;
  /** Maps each result before it is sent. */
  mapResult: (result: Result) => Result;
}

/** The arguments with which each event of a subscription is executed. */
type EventArgs = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues' | 'hideSuggestions'> &
  Pick<ExecutionSettings, 'limits'>;

/** Opens a stream. @param context The context of the subscription itself. */
export async function openStream(
  args: EventArgs,
  context: Context,
  options: OpenStreamOptions,
): Promise<Results | ExecutionResult> {
  const { caller } = options;
  const release = options.acquire();
  const events = await createSourceEventStream({ ...args, contextValue: context }).catch((error: unknown) => {
    release?.();
    throw error;
  });
  if (!(Symbol.asyncIterator in events)) {
    release?.();
    return events;
  }
  const results = new EventResults(events[Symbol.asyncIterator](), release, args, options);
  const stream = caller.expiresAt === undefined ? results : endAt(caller.expiresAt, results, options);
  // graphql-ws ends the streams of a closed WebSocket; Yoga ends only streams that it has begun to read.
  if (caller.isHttp) caller.onAbort(() => void closeQuietly(stream));
  return stream;
}

/**
 * Executes each event in its own context, so that its reads are not cached for later events. While it waits for one, it is
 * all that remains of its operation, so it refers only to what it needs.
 *
 * An error of the source closes it (GraphQL, 6.2.3.2 "Response Stream"), because readers that continue after an error would
 * read it endlessly.
 */
class EventResults extends BaseStream<Result> {
  readonly #source: Source<unknown>;
  readonly #args: EventArgs;
  /** The inputs besides the document on which a shared result depends. */
  readonly #key: string;
  readonly #caller: ContextCaller;
  readonly #services: Services;
  readonly #mask: OpenStreamOptions['mask'];
  readonly #mapResult: OpenStreamOptions['mapResult'];
  #release: (() => void) | undefined;
  #hasFailed = false;

  /** @param release Called when the stream ends or is closed. */
  constructor(
    source: Source<unknown>,
    release: (() => void) | undefined,
    args: EventArgs,
    { caller, contextCaller, services, mask, mapResult }: OpenStreamOptions,
  ) {
    super();
    this.#source = source;
    this.#release = release;
    this.#args = args;
    this.#key = keyOfArguments(args, caller.baseUrl);
    this.#caller = contextCaller;
    this.#services = services;
    this.#mask = mask;
    this.#mapResult = mapResult;
  }

  async next(): Promise<IteratorResult<Result, undefined>> {
    if (this.#hasFailed) return DONE;
    try {
      const { value, done } = await this.#source.next();
      if (done) {
        this.#releaseQuota();
        return DONE;
      }
      const endTrace = this.#caller.requester?.startEvent?.();
      const result = await this.#execute(value);
      endTrace?.(result.errors);
      return { value: this.#mapResult(result), done: false };
    } catch (error) {
      this.#hasFailed = true;
      // Only the first error is reported.
      void closeQuietly(this);
      throw this.#mask({ errors: [error as GraphQLError] }).errors?.[0];
    }
  }

  protected close(): unknown {
    this.#releaseQuota();
    return this.#source.return?.();
  }

  #releaseQuota(): void {
    this.#release?.();
    this.#release = undefined;
  }

  #execute(event: unknown): Promise<SharedResult> | Promise<ExecutionResult> {
    if (!isUpdate(event)) return this.#executeIn(new Context(this.#services, this.#caller, UNLIMITED), event);
    const shared = SharedEvent.of(event, this.#services, this.#caller);
    return shared.execute(this.#args.document, this.#key, this.#caller.baseUrl, (context) =>
      this.#executeIn(context, event),
    );
  }

  async #executeIn(contextValue: Context, event: unknown): Promise<ExecutionResult> {
    const { data = null, errors } = await execute({
      ...this.#args,
      rootValue: event,
      contextValue,
      contextOf: fieldContexts(contextValue),
      isTransient: isRetryable,
    });
    return this.#mask(errors ? { data, errors } : { data });
  }
}

const isUpdate = (event: unknown): event is JobUpdate => typeof event === 'object' && event !== null;

/** Closes a stream when the caller's credential expires, with an error as its last result. */
const endAt = (expiresAt: number, results: Results, { sleep, now }: StreamOptions): Results =>
  endWith(results, async (signal) => {
    await sleepUntil(expiresAt, { sleep, now }, signal);
    return { errors: [expiredError()] };
  });
