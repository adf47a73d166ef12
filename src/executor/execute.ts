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
import { Execution, type StopReason } from './execution.ts';
import type { IsTransient } from './field-errors.ts';
import { type PlannedOperation, planOf, type Values } from './plan.ts';
import type { Container } from './response-position.ts';
import type { ResultLimits } from './result-limits.ts';

/** An operation with the values of its variables. */
export interface ReadOperation {
  readonly plan: PlannedOperation;
  readonly variables: Values;
}

/** What an operation is executed with: as graphql-js has it, and what only this executor has. */
export interface ReadExecutionOptions extends Pick<ExecutionArgs, 'schema' | 'rootValue' | 'contextValue'> {
  /** Of several errors, others are reported first. @default no error is transient */
  readonly isTransient?: IsTransient;
  /** Asked before each root field of a mutation. @default they all start */
  readonly stopReason?: StopReason;
  /** @default no limits, as in graphql-js */
  readonly limits?: ResultLimits;
}

/** What is executed, as graphql-js has it. */
export type Arguments = ReadExecutionOptions &
  Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues' | 'hideSuggestions'>;

/**
 * Executes an operation as `execute` of graphql-js does, by a plan that is made once for its document.
 *
 * @param args.document Must be valid.
 */
export function execute(args: Arguments): ExecutionResult | Promise<ExecutionResult> {
  const operation = operationOf(args.document, args.operationName);
  if (operation instanceof GraphQLError) return { errors: [operation] };
  const read = readOperation(args, operation);
  return 'errors' in read ? read : executeRead(read, args);
}

/** Reads the variables of an operation (GraphQL, 6.1.2 "Coercing Variable Values"). */
export function readOperation(
  { schema, document, variableValues, hideSuggestions, limits }: Arguments,
  operation: OperationDefinitionNode,
): ReadOperation | { errors: readonly GraphQLError[] } {
  const plan = planOf(schema, document, operation);
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length === 0) return { plan, variables: NONE };
  const options = { maxErrors: limits?.errors ?? MOST_ERRORS, hideSuggestions: hideSuggestions ?? false };
  const { errors, coerced } = getVariableValues(schema, definitions, variableValues ?? {}, options);
  return errors ? { errors } : { plan, variables: coerced };
}

const NONE: Values = Object.freeze({});
/** How many mistakes in variables are reported without limits. */
const MOST_ERRORS = 50;

/**
 * Executes an operation whose variables were read.
 *
 * @returns The response, as soon as it cannot change any more: what is still under way then is for the caller to abort.
 */
export function executeRead(
  { plan, variables }: ReadOperation,
  { schema, rootValue, contextValue, isTransient, stopReason, limits }: ReadExecutionOptions,
): ExecutionResult | Promise<ExecutionResult> {
  const maxErrors = limits?.errors;
  const run = new Execution({ schema, plan, rootValue, contextValue, variables, isTransient, stopReason, maxErrors });
  const respond = (data: Container | null): ExecutionResult => {
    const shown = run.errors.isResponseNull ? null : data;
    const refusal = limits && shown ? limits.refusalOf(shown, run.characters) : undefined;
    if (refusal) return { errors: [refusal], data: null };
    const errors = run.errors.list();
    if (!errors) return { data: shown };
    const { omitted } = run.errors;
    if (limits && omitted > 0) errors.push(limits.omitted(omitted));
    return { errors, data: shown };
  };
  const fail = (thrown: unknown): ExecutionResult => {
    run.errors.add(thrown instanceof GraphQLError ? thrown : locatedError(thrown, undefined), undefined);
    return respond(null);
  };
  const respondWhenSettled = (data: Container) => run.whenSettled(() => respond(data));
  try {
    const data = begin(run);
    return isPromise(data) ? data.then(respondWhenSettled, fail) : respondWhenSettled(data);
  } catch (error) {
    return fail(error);
  }
}

function begin(run: Execution): Container | Promise<Container> {
  const { operation } = run.plan;
  const type = run.schema.getRootType(operation.operation);
  if (!type) {
    const message = `Schema is not configured to execute ${operation.operation} operation.`;
    throw new GraphQLError(message, { nodes: operation });
  }
  const fields = run.plan.selectionFor(run.variables).fieldsOf(type);
  return operation.operation === OperationTypeNode.MUTATION
    ? executeSerially(run, fields, run.rootValue)
    : executeFields(run, fields, run.rootValue, undefined);
}

/** GraphQL, 6.1 "GetOperation". */
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
