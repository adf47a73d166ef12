import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Context } from '../src/operations/context.ts';

/**
 * Asks, before a field of a root is resolved, whether this asker may have it: whoever comes with a watch token may have
 * some. Fields that are added later are asked about as well.
 */
export function authorizeRoots(schema: GraphQLSchema): GraphQLSchema {
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const [name, field] of Object.entries(root?.getFields() ?? {})) {
      const guard =
        (resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> =>
        (source, args, context, info) => {
          context.authorizeRoot(name);
          return resolve(source, args, context, info);
        };
      if (root === schema.getSubscriptionType()) field.subscribe &&= guard(field.subscribe);
      else field.resolve &&= guard(field.resolve);
    }
  }
  return schema;
}
