import { type Container, FieldPlace, type Place } from './places.ts';
import type { PlannedField, PlannedFields } from './plan.ts';
import { isPromise } from './promises.ts';
import type { Run } from './run.ts';
import { putLater, refuse } from './settle.ts';

/**
 * Executes fields of one object side by side (GraphQL, 6.3 "Executing Selection Sets").
 *
 * @param place Where the object stands; undefined for all of the answer.
 * @returns The object. What is waited for comes into it later.
 * @throws GraphQLError when a field that must not be null has failed at once.
 */
export function executeFields(
  run: Run,
  { fields, empty }: PlannedFields,
  source: unknown,
  place: Place | undefined,
): Container {
  const container = empty();
  for (const field of fields) container[field.key] = executeField(run, field, source, place, container);
  return container;
}

/**
 * Executes fields one after another, as those of a mutation are (GraphQL, 6.3.1 "Normal and Serial Execution").
 *
 * @returns The object, complete but for what it holds of the last field.
 */
export function executeSerially(
  run: Run,
  { fields, empty }: PlannedFields,
  source: unknown,
): Container | Promise<Container> {
  const container = empty();
  const go = ([field, ...rest]: readonly PlannedField[]): Container | Promise<Container> => {
    if (!field || run.errors.leaveNothing) return container;
    container[field.key] = executeField(run, field, source, undefined, container);
    const idle = run.idle();
    return idle ? idle.then(() => go(rest)) : go(rest);
  };
  return go(fields);
}

function executeField(
  run: Run,
  field: PlannedField,
  source: unknown,
  prev: Place | undefined,
  container: Container,
): unknown {
  const place = new FieldPlace(run, field, prev, container);
  try {
    const value: unknown = field.resolve(source, run.argumentsOf(field), run.contextValue, place);
    return isPromise(value) ? putLater(place, value, field.complete) : field.complete(place, value);
  } catch (error) {
    return refuse(place, error);
  }
}
