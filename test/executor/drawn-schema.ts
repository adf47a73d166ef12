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
import { drawsFor } from './draws.ts';
import { isOfType, nameOfType, resolve, resolveUninformed } from './resolvers.ts';
import { UNWRITABLE } from './values.ts';
import type { World } from './world.ts';

/** The types of the graph with drawn resolvers, whose context is a {@link World}. */
export interface DrawnSchema {
  readonly schema: GraphQLSchema;
  /** The same, but everything may be null: there, no error hides another. */
  readonly lenient: GraphQLSchema;
}

/** How often a field has no resolver, so that its parent has a property or a method. */
const OWN_PROPERTY = 25;
/** How often the resolver of a leaf is one that does not want to know where it is. */
const UNINFORMED = 50;

/** @param variant Decides which types and fields have functions of their own. */
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
    equipType(type, variant);
    equipType(lenientType, variant);
    if (isObjectType(type) && isObjectType(lenientType)) equipFields(schema, type, lenientType, variant);
  }
  return { schema, lenient };
}

/** Values tell their types in one of three ways, by the variant: to the abstract type, by name, to each object type. */
function equipType(type: GraphQLNamedType, variant: number): void {
  const way = variant % 3;
  if (isScalarType(type) && !isSpecifiedScalarType(type)) {
    const real = realSchema.getType(type.name);
    if (!isScalarType(real)) throw new TypeError(`${type.name} is a scalar no more.`);
    const { parseValue, parseLiteral, serialize } = real;
    const write = (value: unknown) => (value === UNWRITABLE ? undefined : serialize.call(real, value));
    Object.assign(type, { parseValue, parseLiteral, serialize: write });
  }
  if (isAbstractType(type) && way === 0) type.resolveType = nameOfType;
  if (isObjectType(type) && (way === 2 || drawsFor(`${variant} ${type.name}`).chance(40)))
    type.isTypeOf = isOfType(type);
}

function equipFields(
  schema: GraphQLSchema,
  strict: GraphQLObjectType,
  lenient: GraphQLObjectType,
  variant: number,
): void {
  for (const field of Object.values(strict.getFields())) {
    const draws = drawsFor(`${variant} ${strict.name}.${field.name}`);
    if (draws.chance(OWN_PROPERTY)) continue;
    const isLeaf = isLeafType(isNonNullType(field.type) ? field.type.ofType : field.type);
    const ofField =
      isLeaf && draws.chance(UNINFORMED)
        ? resolveUninformed(schema, field.type, field.name)
        : resolve(schema, field.type);
    field.resolve = ofField;
    const same: GraphQLField<unknown, World> | undefined = lenient.getFields()[field.name];
    if (same) same.resolve = ofField;
  }
}
