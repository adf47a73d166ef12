import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getVariableValues,
  locatedError,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { isPromise } from '../util/promises.ts';
import { executeFields, executeSerially } from './execute-fields.ts';
import {
  type Container,
  type ContextOf,
  Execution,
  type PlannedOperation,
  type StopReason,
  type Values,
} from './execution.ts';
import type { IsTransient } from './field-errors.ts';
import { planOf } from './plan.ts';
import type { ResultLimits } from './result-limits.ts';

/** An operation with its coerced variables. */
export interface PreparedOperation {
  readonly plan: PlannedOperation;
  readonly variables: Values;
}

/** Execution options of graphql-js, and those that only this executor has. */
export interface ExecutionSettings extends Pick<ExecutionArgs, 'schema' | 'rootValue' | 'contextValue'> {
  /** Transient errors are reported after all others. @default no error is transient */
  readonly isTransient?: IsTransient;
  /** Called before each root field of a mutation. @default all fields start */
  readonly stopReason?: StopReason;
  /** Returns the context for the resolver of each field. @default all get the same */
  readonly contextOf?: ContextOf | undefined;
  /** @default no limits, as in graphql-js */
  readonly limits?: ResultLimits;
}

/** Arguments of `execute`, as in graphql-js. */
export type Arguments = ExecutionSettings &
  Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues' | 'hideSuggestions'>;

/**
 * Executes an operation as `execute` of graphql-js does. The plan of each operation is cached with its document.
 *
 * @param args.document A document that has passed validation.
 */
export function execute(args: Arguments): ExecutionResult | Promise<ExecutionResult> {
  const operation = operationOf(args.document, args.operationName);
  if (operation instanceof GraphQLError) return { errors: [operation] };
  const read = prepareOperation(args, operation);
  return 'errors' in read ? read : executePrepared(read, args);
}

/** Plans an operation and coerces its variables (GraphQL, 6.1.2 "Coercing Variable Values"). */
export function prepareOperation(
  { schema, document, variableValues, hideSuggestions, limits }: Arguments,
  operation: OperationDefinitionNode,
): PreparedOperation | { errors: readonly GraphQLError[] } {
  const plan = planOf(schema, document, operation);
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length === 0) return { plan, variables: NONE };
  const options = { maxErrors: limits?.maxErrors ?? MAX_VARIABLE_ERRORS, hideSuggestions: hideSuggestions ?? false };
  const { errors, coerced } = getVariableValues(schema, definitions, variableValues ?? {}, options);
  return errors ? { errors } : { plan, variables: coerced };
}

const NONE: Values = Object.freeze({});
/** Maximum number of errors reported for variables if no limits are set; the default of graphql-js. */
const MAX_VARIABLE_ERRORS = 50;

/**
 * Executes a prepared operation.
 *
 * @returns The response, as soon as it cannot change any more. Resolvers whose results were discarded may still be running;
 * the caller aborts them.
 */
export function executePrepared(
  { plan, variables }: PreparedOperation,
  { schema, rootValue, contextValue, isTransient, stopReason, contextOf, limits }: ExecutionSettings,
): ExecutionResult | Promise<ExecutionResult> {
  const maxErrors = limits?.maxErrors;
  const execution = new Execution({
    schema,
    plan,
    rootValue,
    contextValue,
    variables,
    isTransient,
    stopReason,
    contextOf,
    maxErrors,
  });
  const respond = (data: Container | null): ExecutionResult => {
    const visibleData = execution.errors.isResponseNull ? null : data;
    const sizeError = limits && visibleData ? limits.checkSize(visibleData, execution.characters) : undefined;
    if (sizeError) return { errors: [sizeError], data: null };
    const errors = execution.errors.list();
    if (!errors) return { data: visibleData };
    const { omitted } = execution.errors;
    if (limits && omitted > 0) errors.push(limits.createOmittedError(omitted));
    return { errors, data: visibleData };
  };
  const respondWithError = (thrown: unknown): ExecutionResult => {
    execution.errors.add(thrown instanceof GraphQLError ? thrown : locatedError(thrown, undefined), undefined);
    return respond(null);
  };
  const respondWhenSettled = (data: Container) => execution.whenSettled(() => respond(data));
  try {
    const data = executeRootFields(execution);
    return isPromise(data) ? data.then(respondWhenSettled, respondWithError) : respondWhenSettled(data);
  } catch (error) {
    return respondWithError(error);
  }
}

function executeRootFields(execution: Execution): Container | Promise<Container> {
  const { operation } = execution.plan;
  const type = execution.schema.getRootType(operation.operation);
  if (!type) {
    const message = `Schema is not configured to execute ${operation.operation} operation.`;
    throw new GraphQLError(message, { nodes: operation });
  }
  const fields = execution.plan.selectionFor(execution.variables).fieldsOf(type);
  return operation.operation === OperationTypeNode.MUTATION
    ? executeSerially(execution, fields, execution.rootValue)
    : executeFields(execution, fields, execution.rootValue, undefined);
}

/** Selects the operation to execute (GraphQL, 6.1 "GetOperation"). */
function operationOf({ definitions }: DocumentNode, name: string | null | undefined) {
  const operations = definitions.filter((each) => each.kind === 'OperationDefinition');
  if (name != null) {
    return (
      operations.findLast((each) => each.name?.value === name) ?? new GraphQLError(`Unknown operation named "${name}".`)
    );
  }
  if (operations.length > 1) {
    return new GraphQLError('Must provide operation name if query contains multiple operations.');
  }
  return operations[0] ?? new GraphQLError('Must provide an operation.');
}
