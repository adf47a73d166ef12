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
import {
  type Complete,
  type Container,
  type FieldPosition,
  ItemPosition,
  NON_STRING_CHARACTERS,
  type PlannedFields,
  type ResponsePosition,
  type Selection,
} from './execution.ts';
import { NullError } from './field-errors.ts';
import { completeLater, handleFieldError } from './settle-field.ts';

/** Completes the values of one output type. */
export interface Completer {
  readonly complete: Complete;
  readonly isNonNull: boolean;
}

/** @param subselection The fields selected on the objects of the type. */
export function getCompleter(type: GraphQLOutputType, subselection: Selection): Completer {
  const isNonNull = isNonNullType(type);
  const complete = completeNotNull(isNonNull ? type.ofType : type, subselection);
  return { isNonNull, complete: isNonNull ? requireValue(complete) : unlessNull(complete) };
}

const unlessNull =
  (complete: Complete): Complete =>
  (position, value) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    return complete(position, value);
  };

const requireValue =
  (complete: Complete): Complete =>
  (position, value) => {
    if (value === null || value === undefined) {
      throw new NullError(
        `Cannot return null for non-nullable field ${position.field.parentType.name}.${position.field.fieldName}.`,
      );
    }
    if (value instanceof Error) throw value;
    return complete(position, value);
  };

function completeNotNull(type: GraphQLOutputType, subselection: Selection): Complete {
  if (isListType(type)) return completeList(getCompleter(type.ofType, subselection));
  if (isLeafType(type)) return completeLeaf(type);
  if (isAbstractType(type)) return completeAbstract(type, subselection);
  if (isObjectType(type)) return completeObject(type, subselection);
  throw new TypeError(`Cannot complete value of unexpected output type: ${inspect(type)}.`);
}

const completeLeaf =
  (type: GraphQLLeafType): Complete =>
  (position, value) => {
    const serialized = type.serialize(value);
    if (serialized !== null && serialized !== undefined) {
      if (typeof serialized === 'string') position.field.execution.characters += serialized.length;
      return serialized;
    }
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    );
  };

const completeList =
  ({ complete, isNonNull }: Completer): Complete =>
  (position, value) => {
    if (!isIterable(value)) {
      const { parentType, fieldName } = position.field;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${parentType.name}.${fieldName}".`);
    }
    const list: unknown[] & Container = [] as never;
    try {
      for (const item of value) {
        const at = new ItemPosition(position, list.length, list, isNonNull);
        list.push(completeItem(complete, at, item));
      }
    } catch (error) {
      if (Array.isArray(value)) ignoreRejections(value.slice(list.length + 1));
      throw error;
    }
    position.field.execution.characters += list.length * NON_STRING_CHARACTERS;
    return list;
  };

function completeItem(complete: Complete, position: ItemPosition, item: unknown): unknown {
  try {
    return isPromise(item) ? completeLater(position, item, complete) : complete(position, item);
  } catch (error) {
    return handleFieldError(position, error);
  }
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  Array.isArray(value) ||
  (typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function');

const completeObject =
  (type: GraphQLObjectType, subselection: Selection): Complete =>
  (position, value) => {
    const fields = subselection.fieldsOf(type);
    const { field } = position;
    const isOfType = type.isTypeOf ? type.isTypeOf(value, field.execution.contextValue, field) : true;
    if (isPromise(isOfType)) return completeObjectLater(type, fields, position, value, isOfType);
    if (!isOfType) throw wrongTypeError(type, field, value);
    return executeFields(field.execution, fields, value, position);
  };

const completeObjectLater = (
  type: GraphQLObjectType,
  fields: PlannedFields,
  position: ResponsePosition,
  value: unknown,
  later: Promise<unknown>,
): null =>
  completeLater(position, later, ({ field }, isOfType) => {
    if (!isOfType) throw wrongTypeError(type, field, value);
    return executeFields(field.execution, fields, value, position);
  });

const wrongTypeError = ({ name }: GraphQLObjectType, { fieldNodes: nodes }: FieldPosition, value: unknown) =>
  new GraphQLError(`Expected value of type "${name}" but got: ${inspect(value)}.`, { nodes });

function completeAbstract(type: GraphQLAbstractType, subselection: Selection): Complete {
  const completersByType = new Map<GraphQLObjectType, Complete>();
  const resolveType = type.resolveType ?? defaultTypeResolver;

  return (position, value) => {
    const completeAs = (name: unknown) => {
      const objectType = objectTypeOf(type, name, position.field, value);
      const complete = completersByType.get(objectType) ?? completeObject(objectType, subselection);
      completersByType.set(objectType, complete);
      return complete(position, value);
    };
    const { field } = position;
    const name: unknown = resolveType(value, field.execution.contextValue, field, type);
    return isPromise(name) ? completeLater(position, name, (_, later) => completeAs(later)) : completeAs(name);
  };
}

/** @throws GraphQLError if `name` is not the name of a possible object type of the abstract type. */
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
