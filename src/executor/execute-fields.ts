import { locatedError } from 'graphql';
import { isPromise } from '../util/promises.ts';
import type { Execution } from './execution.ts';
import type { PlannedField, PlannedFields } from './plan.ts';
import { type Container, FieldPosition, type ResponsePosition } from './response-position.ts';
import { completeLater, handleFieldError } from './settle-field.ts';

/**
 * Executes fields of one object side by side (GraphQL, 6.3 "Executing Selection Sets").
 *
 * @param place Where the object stands; undefined for all of the answer.
 * @returns The object. What is waited for comes into it later.
 * @throws GraphQLError when a field that must not be null has failed at once.
 */
export function executeFields(
  run: Execution,
  { fields, empty, characters }: PlannedFields,
  source: unknown,
  place: ResponsePosition | undefined,
): Container {
  const container = empty();
  run.characters += characters;
  for (const field of fields) container[field.key] = executeField(run, field, source, place, container);
  return container;
}

/**
 * Executes fields one after another, as those of a mutation are (GraphQL, 6.3.1 "Normal and Serial Execution").
 *
 * @returns The object, complete but for what it holds of the last field.
 * @throws The reason not to start the next one.
 */
export function executeSerially(
  run: Execution,
  { fields, empty, characters }: PlannedFields,
  source: unknown,
): Container | Promise<Container> {
  const container = empty();
  run.characters += characters;
  const go = ([field, ...rest]: readonly PlannedField[]): Container | Promise<Container> => {
    if (!field || run.errors.isResponseNull) return container;
    const reason = run.stopReason?.();
    if (reason) throw locatedError(reason, field.nodes, [field.key]);
    container[field.key] = executeField(run, field, source, undefined, container);
    return run.whenSettled(() => go(rest));
  };
  return go(fields);
}

function executeField(
  run: Execution,
  field: PlannedField,
  source: unknown,
  prev: ResponsePosition | undefined,
  container: Container,
): unknown {
  if (field.serialize) return executeLeaf(run, field, field.serialize, source, prev, container);
  const place = new FieldPosition(run, field, prev, container);
  try {
    return completeField(place, field.resolve(source, run.argumentsOf(field), run.contextValue, place));
  } catch (error) {
    return handleFieldError(place, error);
  }
}

/** As {@link executeField}: most fields of an answer are leaves whose values are there, and need no place for them. */
function executeLeaf(
  run: Execution,
  field: PlannedField,
  serialize: (value: unknown) => unknown,
  source: unknown,
  prev: ResponsePosition | undefined,
  container: Container,
): unknown {
  try {
    const args = run.argumentsOf(field);
    const { property } = field;
    const value =
      property === undefined ? field.resolve(source, args, run.contextValue, NO_INFO) : propertyOf(source, property);
    if (property !== undefined && typeof value === 'function') {
      const place = new FieldPosition(run, field, prev, container);
      return completeField(place, (source as Methods)[property]?.(args, run.contextValue, place));
    }
    const serialized = isPlain(value) ? serialize(value) : undefined;
    if (serialized !== undefined && serialized !== null) {
      if (typeof serialized === 'string') run.characters += serialized.length;
      return serialized;
    }
    return completeField(new FieldPosition(run, field, prev, container), value);
  } catch (error) {
    return handleFieldError(new FieldPosition(run, field, prev, container), error);
  }
}

const completeField = (place: FieldPosition, value: unknown): unknown =>
  isPromise(value) ? completeLater(place, value, place.planned.complete) : place.planned.complete(place, value);

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** As graphql-js finds it (`defaultFieldResolver`): what is neither an object nor a function has none. */
const propertyOf = (source: unknown, name: string): unknown =>
  (typeof source === 'object' && source !== null) || typeof source === 'function'
    ? (source as Record<string, unknown>)[name]
    : undefined;

/** Who names no fourth parameter looks at none. */
const NO_INFO = undefined as never;

const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
