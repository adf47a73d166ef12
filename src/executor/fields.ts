import { locatedError, type ResponsePath, responsePathAsArray } from 'graphql';
import type { PlannedField, PlannedFields } from './plan.ts';
import { isPromise } from './promises.ts';
import { FieldPlace, type Run } from './run.ts';

/** The value of an object in an answer. */
export type Fields = Record<string, unknown>;

/**
 * Executes fields of one object side by side (GraphQL, 6.3 "Executing Selection Sets").
 *
 * @throws GraphQLError, or rejects with one, when a field that must not be null has failed.
 */
export function executeFields(
  run: Run,
  { fields, empty }: PlannedFields,
  source: unknown,
  path: ResponsePath | undefined,
): Fields | Promise<Fields> {
  const results = empty();
  let pending: Promise<void>[] | undefined;
  try {
    for (const field of fields) {
      const result = executeField(run, field, source, path);
      results[field.key] = result;
      if (isPromise(result)) {
        pending ??= [];
        pending.push(put(results, field.key, result));
      }
    }
  } catch (error) {
    // What has begun is waited for, as it would be without the error.
    if (pending) return failAfter(pending, error);
    throw error;
  }
  return pending ? all(pending, results) : results;
}

// What only those need who wait stands in functions of its own: closures cost even where nobody calls them.

const put = (results: Fields, key: string, later: Promise<unknown>): Promise<void> =>
  later.then((value) => {
    results[key] = value;
  });

const all = (pending: readonly Promise<void>[], results: Fields): Promise<Fields> =>
  Promise.all(pending).then(() => results);

const failAfter = async (pending: readonly Promise<void>[], error: unknown): Promise<never> => {
  await Promise.all(pending).catch(() => {});
  throw error;
};

/** Executes fields one after another, as those of a mutation are (GraphQL, 6.3.1 "Normal and Serial Execution"). */
export function executeSerially(run: Run, { fields, empty }: PlannedFields, source: unknown): Fields | Promise<Fields> {
  const results = empty();
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

function executeField(run: Run, field: PlannedField, source: unknown, parent: ResponsePath | undefined): unknown {
  const place = new FieldPlace(run, field, parent);
  try {
    const value: unknown = field.resolve(source, run.argumentsOf(field), run.contextValue, place);
    const result = isPromise(value) ? completeLater(place, value) : field.complete(place, place, value);
    return isPromise(result) ? guarded(place, place, result, field.isNonNull) : result;
  } catch (error) {
    return handle(place, place, error, field.isNonNull);
  }
}

const completeLater = (place: FieldPlace, later: Promise<unknown>): Promise<unknown> =>
  later.then((value) => place.field.complete(place, place, value));

/** As {@link handle}, for what comes later. */
export const guarded = (
  place: FieldPlace,
  path: ResponsePath,
  later: Promise<unknown>,
  isNonNull: boolean,
): Promise<unknown> => later.then(undefined, (error) => handle(place, path, error, isNonNull));

/**
 * Sets a place to null for an error, or hands the error on to what is around it where null may not stand (GraphQL, 6.4.4
 * "Handling Execution Errors").
 *
 * @param path Of the field, or of an item in its list.
 */
export function handle({ run, field }: FieldPlace, path: ResponsePath, thrown: unknown, isNonNull: boolean): null {
  const error = locatedError(thrown, field.nodes, responsePathAsArray(path));
  if (isNonNull) throw error;
  run.errors.add(error, path);
  return null;
}
