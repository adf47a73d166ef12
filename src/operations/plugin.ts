import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { TransportContext } from '../auth/caller.ts';
import type { OperationRequest } from './operation-request.ts';
import type { Operations } from './operations.ts';

/** A Yoga plugin that executes operations with {@link Operations}. */
export const useOperations = ({ execute, subscribe }: Operations): Plugin => ({
  onExecute({ setExecuteFn }) {
    setExecuteFn(async (args: ExecutionArgs) => ({ ...(await execute(toRequest(args))) }));
  },
  onSubscribe({ setSubscribeFn }) {
    setSubscribeFn((args: ExecutionArgs) => subscribe(toRequest(args)));
  },
});

const toRequest = ({ document, operationName, variableValues, contextValue }: ExecutionArgs): OperationRequest => ({
  document,
  operationName,
  variableValues,
  transport: contextValue as TransportContext,
});
