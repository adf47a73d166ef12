import { GraphQLError, type GraphQLSchema } from 'graphql';
import { prepareOperation } from '../executor/execute.ts';
import type { ResultLimits } from '../executor/result-limits.ts';
import { variableErrors } from '../limits/response-limits.ts';
import { selectOperation } from '../limits/select-operation.ts';
import type { OperationSteps } from './operations.ts';

export interface PreparationOptions {
  schema: GraphQLSchema;
  /** Limits on each response. */
  limits: ResultLimits;
  /** True if errors suggest names that are similar to an unknown name. */
  suggestions: boolean;
}

/** Creates the step that selects the operation of a document and coerces its variables. */
export const createPreparation =
  ({ schema, limits, suggestions }: PreparationOptions): OperationSteps['preparation'] =>
  ({ document, operationName, variableValues }) => {
    const operation = selectOperation(document, operationName);
    if (operation instanceof GraphQLError) return { errors: [operation] };
    const args = { schema, document, variableValues, hideSuggestions: !suggestions, limits };
    const prepared = prepareOperation(args, operation);
    return 'errors' in prepared ? { errors: variableErrors(prepared.errors, limits.maxErrors) } : prepared;
  };
