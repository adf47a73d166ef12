import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { TransportContext } from '../auth/caller.ts';
import { extensionsOf } from '../errors.ts';
import type { Operations } from './operations.ts';

/** A Yoga plugin that executes operations with {@link Operations}, over HTTP and WebSockets. */
export const useOperations = ({ execute, subscribe }: Operations): Plugin => ({
  // Validation errors are not masked, so they get their code here.
  onValidate() {
    return ({ result }) => {
      for (const error of result as GraphQLError[])
        Object.assign(error.extensions, extensionsOf('GRAPHQL_VALIDATION_FAILED'));
    };
  },
  onExecute({ setExecuteFn }) {
    setExecuteFn(async (args: ExecutionArgs) => ({ ...(await execute(toRequest(args))) }));
  },
  onSubscribe({ setSubscribeFn }) {
    setSubscribeFn((args: ExecutionArgs) => subscribe(toRequest(args)));
  },
});

const toRequest = ({ document, operationName, variableValues, contextValue }: ExecutionArgs) => ({
  document,
  operationName,
  variableValues,
  transport: contextValue as TransportContext,
});
