import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import type { Context } from '../src/operations/context.ts';

/** Root fields that a watch token may select: those that return jobs, and those that describe its access. */
const WATCH_TOKEN_FIELDS: ReadonlySet<string> = new Set([
  'node',
  'nodes',
  'training',
  'prediction',
  'trainingByUpstreamId',
  'predictionByUpstreamId',
  'trainingUpdated',
  'predictionUpdated',
  'jobsUpdated',
  'limits',
  'viewer',
]);

/**
 * Authorizes the caller for every root field before it is resolved, including fields that are added later: a watch
 * token may select only a few of them.
 */
export function authorizeRoots(schema: GraphQLSchema): GraphQLSchema {
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    for (const [name, field] of Object.entries(root?.getFields() ?? {})) {
      if (WATCH_TOKEN_FIELDS.has(name)) continue;
      const guard =
        (resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> =>
        (source, args, context, info) => {
          context.requireFullAccess();
          return resolve(source, args, context, info);
        };
      if (root === schema.getSubscriptionType()) field.subscribe &&= guard(field.subscribe);
      else field.resolve &&= guard(field.resolve);
    }
  }
  return schema;
}
