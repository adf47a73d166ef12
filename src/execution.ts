import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, type GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationAdmission } from './access/admission.ts';
import { expired } from './asker.ts';
import { type Asker, Context, type JobUpdate, type Services } from './context.ts';
import { extensionsOf } from './errors.ts';
import { execute } from './executor/execute.ts';
import { whenOver } from './jobs/events.ts';
import { type Pause, pauseUntil } from './jobs/pause.ts';
import { startDeadline } from './operation-deadline.ts';
import type { SharedResult } from './shared-result.ts';

export interface ContextOptions {
  services: Services;
  /** Who asks, from the context that the transport made. */
  askerOf: (transportContext: unknown) => Promise<Asker>;
  admission: OperationAdmission;
  /** Time for the answer to a query or a mutation, in milliseconds. */
  milliseconds: number;
  /** How streams wait for the time at which they end, and answers for their deadlines. */
  pause: Pause;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
  /** Makes an error fit for clients. A shared result is masked before it is written for all of them. */
  maskError: (error: unknown) => GraphQLError;
}

/**
 * Executes operations with the gateway's own {@link Context}, and each event of a subscription with a context of that
 * event, so that nothing read for one event outlives it.
 */
export function useContext(options: ContextOptions): Plugin {
  const { services, askerOf, admission, maskError, milliseconds, pause } = options;
  return {
    // Validation errors pass by the masking of everything else.
    onValidate() {
      return ({ result }) => {
        for (const error of result as GraphQLError[])
          Object.assign(error.extensions, extensionsOf('GRAPHQL_VALIDATION_FAILED'));
      };
    },
    onExecute({ setExecuteFn }) {
      setExecuteFn(async (args: ExecutionArgs) => {
        const asker = await askerOf(args.contextValue);
        const refusal = await admission.refusalOf(asker);
        if (refusal) return { errors: [refusal] };
        const deadline = startDeadline({ milliseconds, asker: asker.signal, pause });
        const contextValue = new Context(services, { ...asker, signal: deadline.signal }, deadline);
        try {
          return await execute({ ...args, contextValue });
        } finally {
          deadline.end();
        }
      });
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const asker = await askerOf(args.contextValue);
        const refusal = await admission.refusalOf(asker);
        if (refusal) return { errors: [refusal] };
        const results = await subscribe(args, new Context(services, asker), maskError, () =>
          admission.openStream(asker),
        );
        if (!(Symbol.asyncIterator in results)) return results;
        // A WebSocket that closes leaves its streams itself.
        if (asker.isHttp) leaveWith(asker.signal, results);
        return asker.expiresAt === undefined ? results : endAt(asker.expiresAt, results, options);
      });
    },
  };
}

/** Leaves a stream when its asker leaves, even one that nobody has begun to read: Yoga leaves only what it has. */
function leaveWith(signal: AbortSignal | undefined, results: AsyncGenerator): void {
  const leave = () => void results.return(undefined);
  if (signal?.aborted) leave();
  else signal?.addEventListener('abort', leave, { once: true });
}

/** @param open Takes a place for the stream where it needs one, and returns what gives it back. */
async function subscribe(
  args: ExecutionArgs,
  context: Context,
  maskError: ContextOptions['maskError'],
  open: () => (() => void) | undefined,
) {
  const close = open();
  const events = await createSourceEventStream({ ...args, contextValue: context }).catch((error: unknown) => {
    close?.();
    throw error;
  });
  if (!(Symbol.asyncIterator in events)) {
    close?.();
    return events;
  }
  const source = events[Symbol.asyncIterator]();
  return executeEach(close ? whenOver(source, close) : source, (event) =>
    isUpdate(event)
      ? context.showEvent(event, args, async (contextValue) => {
          const { data = null, errors } = await execute({ ...args, rootValue: event, contextValue });
          return errors ? { data, errors: errors.map(maskError) } : { data };
        })
      : execute({ ...args, rootValue: event, contextValue: context }),
  );
}

const isUpdate = (event: unknown): event is JobUpdate => typeof event === 'object' && event !== null;

/** Maps a stream of events. Leaving it ends the source at once, even while the next event is awaited. */
function executeEach(
  events: AsyncIterator<unknown>,
  executeEvent: (event: unknown) => ExecutionResult | Promise<ExecutionResult | SharedResult>,
): AsyncGenerator<ExecutionResult | SharedResult, void> {
  const leave = async () => {
    await events.return?.();
    return { value: undefined, done: true } as const;
  };
  return {
    async next() {
      const { value, done } = await events.next();
      return done ? { value: undefined, done } : { value: await executeEvent(value), done: false };
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

/** Ends a stream at a time, with an error that says why. */
function endAt(
  at: number,
  results: AsyncGenerator<ExecutionResult | SharedResult, void>,
  options: ContextOptions,
): AsyncGenerator<ExecutionResult | SharedResult, void> {
  const over = new AbortController();
  let isOver = false;
  let tell: (result: IteratorResult<ExecutionResult, void>) => void = () => {};
  const end = async () => {
    isOver = true;
    tell({ value: { errors: [expired()] }, done: false });
    await results.return();
  };
  pauseUntil(at, options, over.signal).then(end, () => {});
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
