import { type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';

/**
 * Checks that every field of every object type has a cost, its own or that of its type.
 *
 * @throws TypeError that lists the fields without a cost.
 */
export function requireCosts(schema: GraphQLSchema): GraphQLSchema {
  const missing = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !isIntrospectionType(type)
      ? Object.values(type.getFields()).flatMap((field) =>
          (field.extensions.cost ?? type.extensions.cost) ? [] : `${type.name}.${field.name}`,
        )
      : [],
  );
  if (missing.length === 0) return schema;
  throw new TypeError(
    `Fields without a cost: ${missing.join(', ')}. Add \`extensions: { cost: … }\` to the field, with the upstream requests that it causes, or \`extensions: { cost: FREE }\` to a type whose fields cause none: see schema/costs.ts.`,
  );
}
