import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { TransportContext } from '../auth/caller.ts';

/** A request to execute an operation of a valid document, and its transport. */
export type OperationRequest = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'> & {
  readonly transport: TransportContext;
};

/** The errors of an operation that is not executed. */
export interface Refused {
  readonly errors: readonly GraphQLError[];
}
