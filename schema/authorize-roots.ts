import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Context } from '../src/operations/context.ts';

/**
 * Authorizes the caller for every root field before it is resolved, including fields that are added later: a watch
 * token may select only some of them.
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
