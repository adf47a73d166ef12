import { type ExecutionResult, GraphQLError, isListType, isNonNullType } from 'graphql';
import { expect } from 'vitest';
import { ITERATOR_ERROR } from './context.ts';
import type { DocumentFields } from './keys.ts';

type Path = readonly (string | number)[];

/** Serializes all properties of an error. */
function describeError(error: GraphQLError): string {
  const { nodes, originalError, message, locations, path, extensions } = error;
  const ranges = nodes?.map(({ loc }) => `${loc?.start}-${loc?.end}`).join();
  const isOfItsKind = error instanceof GraphQLError;
  return JSON.stringify({
    message,
    locations,
    path,
    extensions,
    ranges,
    cause: String(originalError),
    isOfItsKind,
    error,
  });
}

/** A result as JSON, with all properties of its errors. */
export const describeResult = (result: ExecutionResult) => ({
  text: JSON.stringify(result),
  errors: result.errors?.map(describeError),
});

/** The possible results if promises settle in any order. */
export interface PossibleResults {
  /** The synchronous result. */
  synchronous: ExecutionResult;
  /** True if a result may contain the error. */
  isPossible: (error: GraphQLError) => boolean;
  isNullable: (path: Path) => boolean;
}

/** Asserts that a result is possible: if several errors set one position to null, any of them may be reported. */
export function expectPossibleResult(
  actual: ExecutionResult,
  { synchronous, isPossible, isNullable }: PossibleResults,
): void {
  expect(JSON.stringify(actual.data)).toBe(JSON.stringify(synchronous.data));
  const errors = actual.errors ?? [];
  if (synchronous.data === undefined) {
    expect(errors.map(describeError)).toEqual(synchronous.errors?.map(describeError));
    return;
  }
  expect(errors.filter((error) => !isPossible(error)).map(describeError), 'impossible errors').toEqual([]);
  const paths = errors.map(pathOf);
  expect(paths.map(nameOf), 'each position has one error').toEqual([...new Set(paths.map(nameOf))]);
  const nulls = nullsIn(actual.data);
  const unexplained = paths.filter((path) => !nulls.some((nullPath) => isBelow(path, nullPath)));
  expect(unexplained, 'errors without a null').toEqual([]);

  /** The errors that set a position to null: its own, or those that propagated to it. */
  const explaining = ({ errors = [] }: ExecutionResult, nullPath: Path) =>
    errors.filter((error) => {
      const path = pathOf(error);
      return (
        isBelow(path, nullPath) &&
        beginningsOf(path).every((part) => part.length <= nullPath.length || !isNullable(part))
      );
    });
  for (const nullPath of nulls) {
    const wanted = explaining(synchronous, nullPath);
    const got = explaining(actual, nullPath);
    expect(got.length > 0, `an error for ${nameOf(nullPath)}`).toBe(wanted.length > 0);
    const isOwn = (error: GraphQLError) => pathOf(error).length === nullPath.length;
    if (wanted.every(isOwn) && got.every(isOwn)) expect(got.map(describeError)).toEqual(wanted.map(describeError));
  }
}

const pathOf = ({ path = [] }: GraphQLError): Path => path;

const nameOf = (path: Path): string => path.join('/');

const isBelow = (path: Path, nullPath: Path): boolean => nullPath.every((key, index) => path[index] === key);

const beginningsOf = (path: Path): Path[] => path.map((_, index) => path.slice(0, index + 1));

/** Paths of all nulls in the data. */
function nullsIn(data: unknown, path: Path = []): Path[] {
  if (data === null) return [path];
  if (typeof data !== 'object') return [];
  const entries = Array.isArray(data) ? [...data.entries()] : Object.entries(data);
  return entries.flatMap(([key, value]) => nullsIn(value, [...path, key]));
}

/** Facts from which the possible results of an operation are derived. */
export interface ResultFacts {
  /** Result with all types nullable and no failing iterators, so that no error hides another. */
  lenient: ExecutionResult;
  /** Paths of the lists whose iterators fail. */
  failingLists: ReadonlySet<string>;
  fields: DocumentFields;
}

export function derivePossibleResults(
  synchronous: ExecutionResult,
  { lenient, failingLists, fields }: ResultFacts,
): PossibleResults {
  const known = new Set(lenient.errors?.map(describeError));
  const nulls = new Set(nullsIn(lenient.data).map(nameOf));
  const failed = new Set(lenient.errors?.map((error) => nameOf(pathOf(error))));
  const isNullable = nullabilityIn(fields);
  const isPossible = (error: GraphQLError) => {
    const path = pathOf(error);
    // Introspection types are non-null even in the lenient schema.
    if (known.has(describeError(error)) || lenient.data === null) return true;
    if (failingLists.has(nameOf(path))) return error.message === ITERATOR_ERROR;
    if (isNullable(path) || !nulls.has(nameOf(path)) || failed.has(nameOf(path))) return false;
    const name = fields.get(keyOf(path))?.name;
    return new RegExp(`^Cannot return null for non-nullable field \\w+\\.${name}\\.$`).test(error.message);
  };
  return { synchronous, isNullable, isPossible };
}

/** Returns a function that is true for the nullable positions of a document. */
export const nullabilityIn =
  (fields: DocumentFields): PossibleResults['isNullable'] =>
  (path) => {
    let type = fields.get(keyOf(path))?.type;
    for (let depth = depthOfField(path); depth < path.length; depth++) {
      const list = isNonNullType(type) ? type.ofType : type;
      type = isListType(list) ? list.ofType : undefined;
    }
    return !isNonNullType(type);
  };

/** Number of path segments up to the last field; the rest are list indexes. */
const depthOfField = (path: Path): number => path.findLastIndex((key) => typeof key === 'string') + 1;

const keyOf = (path: Path): string => String(path[depthOfField(path) - 1]);
