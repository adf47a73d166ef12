import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute, type GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationAdmission } from './access/admission.ts';
import { type Asker, Context, type JobUpdate, type Services } from './context.ts';
import { extensionsOf } from './errors.ts';
import { whenOver } from './jobs/events.ts';
import type { SharedResult } from './shared-result.ts';

export interface ContextOptions {
  services: Services;
  /** Who asks, from the context that the transport made. */
  askerOf: (transportContext: unknown) => Asker;
  admission: OperationAdmission;
  /** Makes an error fit for clients. A shared result is masked before it is written for all of them. */
  maskError: (error: unknown) => GraphQLError;
}

/**
 * Executes operations with the gateway's own {@link Context}, and each event of a subscription with a context of that
 * event, so that nothing read for one event outlives it.
 */
export function useContext({ services, askerOf, admission, maskError }: ContextOptions): Plugin {
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
        const asker = askerOf(args.contextValue);
        const refusal = await admission.refusalOf(asker);
        return refusal ? { errors: [refusal] } : await execute({ ...args, contextValue: new Context(services, asker) });
      });
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const asker = askerOf(args.contextValue);
        const refusal = await admission.refusalOf(asker);
        if (refusal) return { errors: [refusal] };
        return await subscribe(args, new Context(services, asker), maskError, () => admission.openStream(asker));
      });
    },
  };
}

/** @param open Takes a place for the stream, and returns what gives it back. */
async function subscribe(
  args: ExecutionArgs,
  context: Context,
  maskError: ContextOptions['maskError'],
  open: () => () => void,
) {
  const close = open();
  const events = await createSourceEventStream({ ...args, contextValue: context }).catch((error: unknown) => {
    close();
    throw error;
  });
  if (!(Symbol.asyncIterator in events)) {
    close();
    return events;
  }
  return executeEach(whenOver(events[Symbol.asyncIterator](), close), (event) =>
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
