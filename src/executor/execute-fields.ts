import { locatedError } from 'graphql';
import { isPromise } from '../util/promises.ts';
import {
  type Container,
  type ContextOf,
  type Execution,
  FieldPosition,
  type PlannedField,
  type PlannedFields,
  type ResponsePosition,
} from './execution.ts';
import { completeLater, handleFieldError } from './settle-field.ts';

/**
 * Executes the fields of one object in parallel (GraphQL, 6.3 "Executing Selection Sets").
 *
 * @param position The position of the object; undefined for the root.
 * @returns The object. Pending values are set in it later.
 * @throws GraphQLError if a non-null field fails synchronously.
 */
export function executeFields(
  execution: Execution,
  { fields, empty, characters }: PlannedFields,
  source: unknown,
  position: ResponsePosition | undefined,
): Container {
  const container = empty();
  execution.characters += characters;
  const { contextOf } = execution;
  for (const field of fields) {
    container[field.key] = contextOf
      ? executeFieldWithContext(execution, contextOf, field, source, position, container)
      : executeField(execution, field, source, position, container);
  }
  return container;
}

/**
 * Executes the root fields of a mutation one after another (GraphQL, 6.3.1 "Normal and Serial Execution").
 *
 * @returns The object. Values below the last field may still be pending.
 * @throws GraphQLError with the stop reason if a field may not start.
 */
export function executeSerially(
  execution: Execution,
  { fields, empty, characters }: PlannedFields,
  source: unknown,
): Container | Promise<Container> {
  const container = empty();
  execution.characters += characters;
  const executeNext = ([field, ...rest]: readonly PlannedField[]): Container | Promise<Container> => {
    if (!field || execution.errors.isResponseNull) return container;
    const reason = execution.stopReason?.();
    if (reason) throw locatedError(reason, field.nodes, [field.key]);
    const { contextOf } = execution;
    container[field.key] = contextOf
      ? executeFieldWithContext(execution, contextOf, field, source, undefined, container)
      : executeField(execution, field, source, undefined, container);
    return execution.whenSettled(() => executeNext(rest));
  };
  return executeNext(fields);
}

function executeField(
  execution: Execution,
  field: PlannedField,
  source: unknown,
  prev: ResponsePosition | undefined,
  container: Container,
): unknown {
  if (field.serialize) return executeLeaf(execution, field, field.serialize, source, prev, container);
  const position = new FieldPosition(execution, field, prev, container);
  try {
    return completeField(
      position,
      field.resolve(source, execution.argumentsOf(field), execution.contextValue, position),
    );
  } catch (error) {
    return handleFieldError(position, error);
  }
}

/** {@link executeField} with a context for each field. Fields without a resolver need none. */
function executeFieldWithContext(
  execution: Execution,
  contextOf: ContextOf,
  field: PlannedField,
  source: unknown,
  prev: ResponsePosition | undefined,
  container: Container,
): unknown {
  if (!field.definition.resolve) return executeField(execution, field, source, prev, container);
  const position = new FieldPosition(execution, field, prev, container);
  try {
    return completeField(position, field.resolve(source, execution.argumentsOf(field), contextOf(position), position));
  } catch (error) {
    return handleFieldError(position, error);
  }
}

/** Fast path of {@link executeField} for leaf fields: creates no position for a string, number or boolean that is available. */
function executeLeaf(
  execution: Execution,
  field: PlannedField,
  serialize: (value: unknown) => unknown,
  source: unknown,
  prev: ResponsePosition | undefined,
  container: Container,
): unknown {
  try {
    const args = execution.argumentsOf(field);
    const { property } = field;
    const value =
      property === undefined
        ? field.resolve(source, args, execution.contextValue, NO_INFO)
        : propertyOf(source, property);
    if (property !== undefined && typeof value === 'function') {
      const position = new FieldPosition(execution, field, prev, container);
      return completeField(position, (source as Methods)[property]?.(args, execution.contextValue, position));
    }
    const serialized = isScalar(value) ? serialize(value) : undefined;
    if (serialized !== undefined && serialized !== null) {
      if (typeof serialized === 'string') execution.characters += serialized.length;
      return serialized;
    }
    return completeField(new FieldPosition(execution, field, prev, container), value);
  } catch (error) {
    return handleFieldError(new FieldPosition(execution, field, prev, container), error);
  }
}

const completeField = (position: FieldPosition, value: unknown): unknown =>
  isPromise(value)
    ? completeLater(position, value, position.planned.complete)
    : position.planned.complete(position, value);

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Reads a property as `defaultFieldResolver` of graphql-js does: only from objects and functions. */
const propertyOf = (source: unknown, name: string): unknown =>
  (typeof source === 'object' && source !== null) || typeof source === 'function'
    ? (source as Record<string, unknown>)[name]
    : undefined;

/** The `info` argument of resolvers that do not declare it. */
const NO_INFO = undefined as never;

const isScalar = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
