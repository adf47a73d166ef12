import { type ExecutionResult, GraphQLError, isListType, isNonNullType } from 'graphql';
import { expect } from 'vitest';
import type { DocumentFields } from './keys.ts';
import { BROKEN_OFF } from './world.ts';

type Path = readonly (string | number)[];

/** All that can be told of an error. */
function describeError(error: GraphQLError): string {
  const { nodes, originalError, message, locations, path, extensions } = error;
  const places = nodes?.map(({ loc }) => `${loc?.start}-${loc?.end}`).join();
  const isOfItsKind = error instanceof GraphQLError;
  return JSON.stringify({
    message,
    locations,
    path,
    extensions,
    places,
    cause: String(originalError),
    isOfItsKind,
    error,
  });
}

/** An answer as clients get it, and all that can be told of its errors. */
export const describeResult = (result: ExecutionResult) => ({
  text: JSON.stringify(result),
  errors: result.errors?.map(describeError),
});

/** What an answer can be when its parts come in any order. */
export interface Expected {
  /** The answer when everything comes at once. */
  atOnce: ExecutionResult;
  /** The errors that there can be. */
  isPossible: (error: GraphQLError) => boolean;
  isNullable: (path: Path) => boolean;
}

/** Holds that an answer is as expected: of several errors that set one place to null, each will do. */
export function expectAnswer(actual: ExecutionResult, { atOnce, isPossible, isNullable }: Expected): void {
  expect(JSON.stringify(actual.data)).toBe(JSON.stringify(atOnce.data));
  const errors = actual.errors ?? [];
  if (atOnce.data === undefined) {
    expect(errors.map(describeError)).toEqual(atOnce.errors?.map(describeError));
    return;
  }
  expect(errors.filter((error) => !isPossible(error)).map(describeError), 'errors that there cannot be').toEqual([]);
  const paths = errors.map(pathOf);
  expect(paths.map(nameOf), 'errors are told once').toEqual([...new Set(paths.map(nameOf))]);
  const nulls = nullsIn(actual.data);
  const unexplained = paths.filter((path) => !nulls.some((place) => isBelow(path, place)));
  expect(unexplained, 'errors without a null').toEqual([]);

  /** The errors that have set a place to null: its own, or those that came up to it. */
  const explaining = ({ errors = [] }: ExecutionResult, place: Path) =>
    errors.filter((error) => {
      const path = pathOf(error);
      return (
        isBelow(path, place) && beginningsOf(path).every((part) => part.length <= place.length || !isNullable(part))
      );
    });
  for (const place of nulls) {
    const wanted = explaining(atOnce, place);
    const got = explaining(actual, place);
    expect(got.length > 0, `an error for ${nameOf(place)}`).toBe(wanted.length > 0);
    const isOwn = (error: GraphQLError) => pathOf(error).length === place.length;
    if (wanted.every(isOwn) && got.every(isOwn)) expect(got.map(describeError)).toEqual(wanted.map(describeError));
  }
}

const pathOf = ({ path = [] }: GraphQLError): Path => path;

const nameOf = (path: Path): string => path.join('/');

const isBelow = (path: Path, place: Path): boolean => place.every((key, index) => path[index] === key);

const beginningsOf = (path: Path): Path[] => path.map((_, index) => path.slice(0, index + 1));

/** Where an answer is null. */
function nullsIn(data: unknown, path: Path = []): Path[] {
  if (data === null) return [path];
  if (typeof data !== 'object') return [];
  const entries = Array.isArray(data) ? [...data.entries()] : Object.entries(data);
  return entries.flatMap(([key, value]) => nullsIn(value, [...path, key]));
}

/** What is known of the answers to an operation besides the one in which everything comes at once. */
export interface Known {
  /** An answer in which everything may be null and all lists end well, so that nothing hides an error. */
  lenient: ExecutionResult;
  /** The lists that do not end well. */
  broken: ReadonlySet<string>;
  fields: DocumentFields;
}

export function expectedBy(atOnce: ExecutionResult, { lenient, broken, fields }: Known): Expected {
  const known = new Set(lenient.errors?.map(describeError));
  const nulls = new Set(nullsIn(lenient.data).map(nameOf));
  const failed = new Set(lenient.errors?.map((error) => nameOf(pathOf(error))));
  const isNullable = nullabilityIn(fields);
  const isPossible = (error: GraphQLError) => {
    const path = pathOf(error);
    // Introspection is strict in every schema.
    if (known.has(describeError(error)) || lenient.data === null) return true;
    if (broken.has(nameOf(path))) return error.message === BROKEN_OFF;
    if (isNullable(path) || !nulls.has(nameOf(path)) || failed.has(nameOf(path))) return false;
    const name = fields.get(keyOf(path))?.name;
    return new RegExp(`^Cannot return null for non-nullable field \\w+\\.${name}\\.$`).test(error.message);
  };
  return { atOnce, isNullable, isPossible };
}

/** Whether null may stand in a place of an answer. */
export const nullabilityIn =
  (fields: DocumentFields): Expected['isNullable'] =>
  (path) => {
    let type = fields.get(keyOf(path))?.type;
    for (let depth = depthOfField(path); depth < path.length; depth++) {
      const list = isNonNullType(type) ? type.ofType : type;
      type = isListType(list) ? list.ofType : undefined;
    }
    return !isNonNullType(type);
  };

/** How many steps lead to the field that a place is in; what is left are places in its lists. */
const depthOfField = (path: Path): number => path.findLastIndex((key) => typeof key === 'string') + 1;

const keyOf = (path: Path): string => String(path[depthOfField(path) - 1]);
