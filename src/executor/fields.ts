import { locatedError, type ResponsePath, responsePathAsArray } from 'graphql';
import type { PlannedField } from './plan.ts';
import { isPromise } from './promises.ts';
import type { Run } from './run.ts';

/** The value of an object in an answer. */
export type Fields = Record<string, unknown>;

/**
 * Executes fields of one object side by side (GraphQL, 6.3 "Executing Selection Sets").
 *
 * @throws GraphQLError, or rejects with one, when a field that must not be null has failed.
 */
export function executeFields(
  run: Run,
  fields: readonly PlannedField[],
  source: unknown,
  path: ResponsePath | undefined,
): Fields | Promise<Fields> {
  const results = emptyFor(fields);
  let pending: Promise<void>[] | undefined;
  try {
    for (const field of fields) {
      const result = executeField(run, field, source, path);
      results[field.key] = result;
      if (isPromise(result)) {
        pending ??= [];
        pending.push(
          result.then((value) => {
            results[field.key] = value;
          }),
        );
      }
    }
  } catch (error) {
    // What has begun is waited for, as it would be without the error.
    if (pending) {
      return Promise.all(pending).then(
        () => Promise.reject(error),
        () => Promise.reject(error),
      );
    }
    throw error;
  }
  return pending ? Promise.all(pending).then(() => results) : results;
}

/** Executes fields one after another, as those of a mutation are (GraphQL, 6.3.1 "Normal and Serial Execution"). */
export function executeSerially(run: Run, fields: readonly PlannedField[], source: unknown): Fields | Promise<Fields> {
  const results = emptyFor(fields);
  const go = ([field, ...rest]: readonly PlannedField[]): Fields | Promise<Fields> => {
    if (!field) return results;
    const result = executeField(run, field, source, undefined);
    results[field.key] = result;
    if (!isPromise(result)) return go(rest);
    return result.then((value) => {
      results[field.key] = value;
      return go(rest);
    });
  };
  return go(fields);
}

/** Objects without a prototype are slow; only this key needs one. */
const emptyFor = (fields: readonly PlannedField[]): Fields =>
  fields.some(({ key }) => key === '__proto__') ? Object.create(null) : {};

function executeField(run: Run, field: PlannedField, source: unknown, parent: ResponsePath | undefined): unknown {
  const path: ResponsePath = { prev: parent, key: field.key, typename: field.parentType.name };
  try {
    const info = run.infoOf(field, path);
    const value: unknown = field.resolve(source, run.argumentsOf(field), run.contextValue, info);
    const result = isPromise(value)
      ? value.then((resolved) => field.complete(run, info, field, path, resolved))
      : field.complete(run, info, field, path, value);
    return isPromise(result) ? result.then(undefined, (error) => fail(run, field, path, error)) : result;
  } catch (error) {
    return fail(run, field, path, error);
  }
}

function fail(run: Run, field: PlannedField, path: ResponsePath, error: unknown): null {
  return handle(run, field, path, error, field.isNonNull);
}

/**
 * Sets a place to null for an error, or hands the error on to what is around it where null may not stand (GraphQL, 6.4.4
 * "Handling Execution Errors").
 */
export function handle(
  run: Run,
  { nodes }: PlannedField,
  path: ResponsePath,
  thrown: unknown,
  isNonNull: boolean,
): null {
  const error = locatedError(thrown, nodes, responsePathAsArray(path));
  if (isNonNull) throw error;
  run.errors.add(error, path);
  return null;
}
