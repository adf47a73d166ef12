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
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { ignoreRejections, isPromise } from '../util/promises.ts';
import { executeFields } from './execute-fields.ts';
import { SHORT_VALUE } from './execution.ts';
import type { PlannedFields, Selection } from './plan.ts';
import { type Container, type FieldPosition, ItemPosition, type ResponsePosition } from './response-position.ts';
import { completeLater, handleFieldError } from './settle-field.ts';

/**
 * Makes what a resolver gave into what stands in the answer (GraphQL, 6.4.3 "Value Completion").
 *
 * @returns The value, or what stands in its place until it has come.
 * @throws What is wrong with the value. Its place is then null, or cannot be.
 */
export type Complete = (place: ResponsePosition, value: unknown) => unknown;

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
  (place, value) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    return complete(place, value);
  };

const requireValue =
  (complete: Complete): Complete =>
  (place, value) => {
    if (value === null || value === undefined) {
      throw new Error(
        `Cannot return null for non-nullable field ${place.field.parentType.name}.${place.field.fieldName}.`,
      );
    }
    if (value instanceof Error) throw value;
    return complete(place, value);
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
  (place, value) => {
    const serialized = type.serialize(value);
    if (serialized !== null && serialized !== undefined) {
      if (typeof serialized === 'string') place.field.run.characters += serialized.length;
      return serialized;
    }
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    );
  };

const completeList =
  ({ complete, isNonNull }: Completer): Complete =>
  (place, value) => {
    if (!isIterable(value)) {
      const { parentType, fieldName } = place.field;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${parentType.name}.${fieldName}".`);
    }
    const list: unknown[] & Container = [] as never;
    try {
      for (const item of value) {
        const at = new ItemPosition(place, list.length, list, isNonNull);
        list.push(completeItem(complete, at, item));
      }
    } catch (error) {
      if (Array.isArray(value)) ignoreRejections(value.slice(list.length + 1));
      throw error;
    }
    place.field.run.characters += list.length * SHORT_VALUE;
    return list;
  };

function completeItem(complete: Complete, place: ItemPosition, item: unknown): unknown {
  try {
    return isPromise(item) ? completeLater(place, item, complete) : complete(place, item);
  } catch (error) {
    return handleFieldError(place, error);
  }
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  Array.isArray(value) ||
  (typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function');

const completeObject =
  (type: GraphQLObjectType, below: Selection): Complete =>
  (place, value) => {
    const fields = below.fieldsOf(type);
    const { field } = place;
    const isOfType = type.isTypeOf ? type.isTypeOf(value, field.run.contextValue, field) : true;
    if (isPromise(isOfType)) return completeObjectLater(type, fields, place, value, isOfType);
    if (!isOfType) throw otherType(type, field, value);
    return executeFields(field.run, fields, value, place);
  };

const completeObjectLater = (
  type: GraphQLObjectType,
  fields: PlannedFields,
  place: ResponsePosition,
  value: unknown,
  later: Promise<unknown>,
): null =>
  completeLater(place, later, ({ field }, isOfType) => {
    if (!isOfType) throw otherType(type, field, value);
    return executeFields(field.run, fields, value, place);
  });

const otherType = ({ name }: GraphQLObjectType, { fieldNodes: nodes }: FieldPosition, value: unknown) =>
  new GraphQLError(`Expected value of type "${name}" but got: ${inspect(value)}.`, { nodes });

function completeAbstract(type: GraphQLAbstractType, below: Selection): Complete {
  const objects = new Map<GraphQLObjectType, Complete>();
  const resolveType = type.resolveType ?? defaultTypeResolver;

  return (place, value) => {
    const completeAs = (name: unknown) => {
      const objectType = objectTypeOf(type, name, place.field, value);
      const complete = objects.get(objectType) ?? completeObject(objectType, below);
      objects.set(objectType, complete);
      return complete(place, value);
    };
    const { field } = place;
    const name: unknown = resolveType(value, field.run.contextValue, field, type);
    return isPromise(name) ? completeLater(place, name, (_, later) => completeAs(later)) : completeAs(name);
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
