import {
  buildASTSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isIntrospectionType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  printSchema,
  visit,
} from 'graphql';
import { schema as realSchema } from '../../schema/index.ts';
import type { TestContext } from './context.ts';
import { drawsFor } from './draws.ts';
import { isOfType, nameOfType, resolve, resolveWithoutInfo } from './resolvers.ts';
import { UNSERIALIZABLE } from './values.ts';

/** The types of the schema with generated resolvers, whose context is a {@link TestContext}. */
export interface DrawnSchema {
  readonly schema: GraphQLSchema;
  /** The same schema with nullable types only, so that no error hides another. */
  readonly lenient: GraphQLSchema;
}

/** Percentage of fields without a resolver; their parents have a property or a method instead. */
const OWN_PROPERTY = 25;
/** Percentage of leaf resolvers that do not declare `info`. */
const WITHOUT_INFO = 50;

/** @param variant Seed that decides which types and fields have their own functions. */
export function drawSchema(variant: number): DrawnSchema {
  const document = parse(printSchema(realSchema));
  const schema = buildASTSchema(document);
  const lenient = buildASTSchema(
    visit(document, {
      FieldDefinition: (field) => ({
        ...field,
        type: visit(field.type, { NonNullType: { leave: ({ type }) => type } }),
      }),
    }),
  );
  for (const type of Object.values(schema.getTypeMap())) {
    const lenientType = lenient.getType(type.name);
    if (!lenientType || isIntrospectionType(type)) continue;
    addTypeFunctions(type, variant);
    addTypeFunctions(lenientType, variant);
    if (isObjectType(type) && isObjectType(lenientType)) addResolvers(schema, type, lenientType, variant);
  }
  return { schema, lenient };
}

/** Object types are resolved in one of three ways, by variant: `resolveType`, `__typename`, or `isTypeOf`. */
function addTypeFunctions(type: GraphQLNamedType, variant: number): void {
  const mode = variant % 3;
  if (isScalarType(type) && !isSpecifiedScalarType(type)) {
    const real = realSchema.getType(type.name);
    if (!isScalarType(real)) throw new TypeError(`Expected ${type.name} to be a scalar.`);
    const { parseValue, parseLiteral, serialize } = real;
    const write = (value: unknown) => (value === UNSERIALIZABLE ? undefined : serialize.call(real, value));
    Object.assign(type, { parseValue, parseLiteral, serialize: write });
  }
  if (isAbstractType(type) && mode === 0) type.resolveType = nameOfType;
  if (isObjectType(type) && (mode === 2 || drawsFor(`${variant} ${type.name}`).chance(40)))
    type.isTypeOf = isOfType(type);
}

function addResolvers(
  schema: GraphQLSchema,
  strict: GraphQLObjectType,
  lenient: GraphQLObjectType,
  variant: number,
): void {
  for (const field of Object.values(strict.getFields())) {
    const draws = drawsFor(`${variant} ${strict.name}.${field.name}`);
    if (draws.chance(OWN_PROPERTY)) continue;
    const isLeaf = isLeafType(isNonNullType(field.type) ? field.type.ofType : field.type);
    const resolver =
      isLeaf && draws.chance(WITHOUT_INFO)
        ? resolveWithoutInfo(schema, field.type, field.name)
        : resolve(schema, field.type);
    field.resolve = resolver;
    const lenientField: GraphQLField<unknown, TestContext> | undefined = lenient.getFields()[field.name];
    if (lenientField) lenientField.resolve = resolver;
  }
}
