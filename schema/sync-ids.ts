import { type GraphQLSchema, isInterfaceType } from 'graphql';
import { globalId, type NodeKey } from './ids.ts';

/**
 * Has every node give its global id at once. The Relay plugin gives each in promises of its own, and ids are the most of
 * what an answer holds.
 */
export function resolveIdsSynchronously(schema: GraphQLSchema): GraphQLSchema {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) throw new TypeError('The graph has no Node.');
  for (const type of schema.getPossibleTypes(node)) {
    const { id } = type.getFields();
    if (id) id.resolve = (thing: NodeKey) => globalId(thing);
  }
  return schema;
}
