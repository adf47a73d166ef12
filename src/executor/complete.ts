import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type ResponsePath,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { executeFields, guarded, handle } from './fields.ts';
import type { PlannedFields, Selection } from './plan.ts';
import { isPromise } from './promises.ts';
import type { FieldPlace } from './run.ts';

/**
 * Makes what a resolver gave into what stands in the answer (GraphQL, 6.4.3 "Value Completion").
 *
 * @param place The field.
 * @param path Of the field, or of an item in its list.
 * @throws What is wrong with the value, or rejects with it. The place at `path` is then null, or cannot be.
 */
export type Complete = (place: FieldPlace, path: ResponsePath, value: unknown) => unknown;

/** How values of a type are completed. */
export interface Completer {
  readonly complete: Complete;
  readonly isNonNull: boolean;
}

/** @param below What is selected of its objects. */
export function completerOf(type: GraphQLOutputType, below: Selection): Completer {
  const isNonNull = isNonNullType(type);
  const complete = completeNotNull(isNonNull ? type.ofType : type, below);
  return { isNonNull, complete: isNonNull ? requireValue(complete) : unlessNull(complete) };
}

const unlessNull =
  (complete: Complete): Complete =>
  (place, path, value) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    return complete(place, path, value);
  };

const requireValue =
  (complete: Complete): Complete =>
  (place, path, value) => {
    if (value === null || value === undefined) {
      throw new Error(`Cannot return null for non-nullable field ${place.parentType.name}.${place.fieldName}.`);
    }
    if (value instanceof Error) throw value;
    return complete(place, path, value);
  };

function completeNotNull(type: GraphQLOutputType, below: Selection): Complete {
  if (isListType(type)) return completeList(completerOf(type.ofType, below));
  if (isLeafType(type)) return completeLeaf(type);
  if (isAbstractType(type)) return completeAbstract(type, below);
  if (isObjectType(type)) return completeObject(type, below);
  throw new TypeError(`${inspect(type)} is no type that a value can be completed for.`);
}

const completeLeaf =
  (type: GraphQLLeafType): Complete =>
  (_place, _path, value) => {
    const serialized = type.serialize(value);
    if (serialized !== null && serialized !== undefined) return serialized;
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    );
  };

const completeList =
  (items: Completer): Complete =>
  (place, path, value) => {
    if (!isIterable(value)) {
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${place.parentType.name}.${place.fieldName}".`,
      );
    }
    const results: unknown[] = [];
    let hasPromise = false;
    try {
      for (const item of value) {
        const at: ResponsePath = { prev: path, key: results.length, typename: undefined };
        const result = completeItem(items, place, at, item);
        hasPromise ||= isPromise(result);
        results.push(result);
      }
    } catch (error) {
      // Whatever becomes of the other items, nobody asks any more.
      ignore(results);
      if (Array.isArray(value)) ignore(value);
      throw error;
    }
    return hasPromise ? Promise.all(results) : results;
  };

function ignore(values: readonly unknown[]): void {
  for (const value of values) if (isPromise(value)) value.then(undefined, () => {});
}

function completeItem({ complete, isNonNull }: Completer, place: FieldPlace, at: ResponsePath, item: unknown): unknown {
  try {
    const result = isPromise(item) ? completeLater(complete, place, at, item) : complete(place, at, item);
    return isPromise(result) ? guarded(place, at, result, isNonNull) : result;
  } catch (error) {
    return handle(place, at, error, isNonNull);
  }
}

const completeLater = (
  complete: Complete,
  place: FieldPlace,
  path: ResponsePath,
  later: Promise<unknown>,
): Promise<unknown> => later.then((value) => complete(place, path, value));

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  Symbol.iterator in value &&
  typeof value[Symbol.iterator] === 'function';

const completeObject =
  (type: GraphQLObjectType, below: Selection): Complete =>
  (place, path, value) => {
    const fields = below.fieldsOf(type);
    const { run } = place;
    const isOfType = type.isTypeOf ? type.isTypeOf(value, run.contextValue, place) : true;
    if (isPromise(isOfType)) return completeObjectLater(type, fields, place, path, value, isOfType);
    if (!isOfType) throw otherType(type, place, value);
    return executeFields(run, fields, value, path);
  };

async function completeObjectLater(
  type: GraphQLObjectType,
  fields: PlannedFields,
  place: FieldPlace,
  path: ResponsePath,
  value: unknown,
  isOfType: Promise<unknown>,
): Promise<unknown> {
  if (!(await isOfType)) throw otherType(type, place, value);
  return executeFields(place.run, fields, value, path);
}

const otherType = ({ name }: GraphQLObjectType, { fieldNodes: nodes }: FieldPlace, value: unknown) =>
  new GraphQLError(`Expected value of type "${name}" but got: ${inspect(value)}.`, { nodes });

function completeAbstract(type: GraphQLAbstractType, below: Selection): Complete {
  const objects = new Map<GraphQLObjectType, Complete>();
  const resolveType = type.resolveType ?? defaultTypeResolver;

  return (place, path, value) => {
    const completeAs = (name: unknown) => {
      const objectType = objectTypeOf(type, name, place, value);
      const complete = objects.get(objectType) ?? completeObject(objectType, below);
      objects.set(objectType, complete);
      return complete(place, path, value);
    };
    const name: unknown = resolveType(value, place.run.contextValue, place, type);
    return isPromise(name) ? name.then(completeAs) : completeAs(name);
  };
}

/** @throws GraphQLError when that is not the name of an object type that the value may have. */
function objectTypeOf(
  abstractType: GraphQLAbstractType,
  name: unknown,
  { schema, parentType, fieldName, fieldNodes: nodes }: GraphQLResolveInfo,
  value: unknown,
): GraphQLObjectType {
  const { name: abstract } = abstractType;
  const toBeResolved = `Abstract type "${abstract}" must resolve to an Object type at runtime for field "${parentType.name}.${fieldName}"`;
  if (name === null || name === undefined) {
    const advice = `Either the "${abstract}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`;
    throw new GraphQLError(`${toBeResolved}. ${advice}`, { nodes });
  }
  if (typeof name !== 'string') {
    throw new GraphQLError(`${toBeResolved} with value ${inspect(value)}, received "${inspect(name)}".`);
  }
  const type = schema.getType(name);
  if (!type) {
    const message = `Abstract type "${abstract}" was resolved to a type "${name}" that does not exist inside the schema.`;
    throw new GraphQLError(message, { nodes });
  }
  if (!isObjectType(type)) {
    throw new GraphQLError(`Abstract type "${abstract}" was resolved to a non-object type "${name}".`, { nodes });
  }
  if (!schema.isSubType(abstractType, type)) {
    throw new GraphQLError(`Runtime Object type "${name}" is not a possible type for "${abstract}".`, { nodes });
  }
  return type;
}
