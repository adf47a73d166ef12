import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute, type GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Asker, Context, type JobUpdate, type Services } from './context.ts';
import { extensionsOf } from './errors.ts';
import type { SharedResult } from './shared-result.ts';

export interface ContextOptions {
  services: Services;
  /** Who asks, from the context that the transport made. */
  askerOf: (transportContext: unknown) => Asker;
  /** Makes an error fit for clients. A shared result is masked before it is written for all of them. */
  maskError: (error: unknown) => GraphQLError;
}

/**
 * Executes operations with the gateway's own {@link Context}, and each event of a subscription with a context of that
 * event, so that nothing read for one event outlives it.
 */
export function useContext({ services, askerOf, maskError }: ContextOptions): Plugin {
  const contextOf = (args: ExecutionArgs) => new Context(services, askerOf(args.contextValue));
  return {
    // Validation errors pass by the masking of everything else.
    onValidate() {
      return ({ result }) => {
        for (const error of result as GraphQLError[])
          Object.assign(error.extensions, extensionsOf('GRAPHQL_VALIDATION_FAILED'));
      };
    },
    onExecute({ setExecuteFn }) {
      setExecuteFn((args) => execute({ ...args, contextValue: contextOf(args) }));
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn((args) => subscribe(args, contextOf(args), maskError));
    },
  };
}

async function subscribe(args: ExecutionArgs, context: Context, maskError: ContextOptions['maskError']) {
  const events = await createSourceEventStream({ ...args, contextValue: context });
  if (!(Symbol.asyncIterator in events)) return events;
  return executeEach(events[Symbol.asyncIterator](), (event) =>
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
