import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { TransportContext } from '../auth/caller.ts';
import { extensionsOf } from '../errors.ts';
import type { Operations } from './operations.ts';

/** Has Yoga, and WebSockets with it, execute what {@link Operations} execute. */
export const useOperations = ({ execute, subscribe }: Operations): Plugin => ({
  // Validation errors pass by the masking of everything else.
  onValidate() {
    return ({ result }) => {
      for (const error of result as GraphQLError[])
        Object.assign(error.extensions, extensionsOf('GRAPHQL_VALIDATION_FAILED'));
    };
  },
  onExecute({ setExecuteFn }) {
    setExecuteFn(async (args: ExecutionArgs) => ({ ...(await execute(askedBy(args))) }));
  },
  onSubscribe({ setSubscribeFn }) {
    setSubscribeFn((args: ExecutionArgs) => subscribe(askedBy(args)));
  },
});

const askedBy = ({ document, operationName, variableValues, contextValue }: ExecutionArgs) => ({
  document,
  operationName,
  variableValues,
  transport: contextValue as TransportContext,
});
