import { type GraphQLSchema, isInterfaceType } from 'graphql';
import { globalId, type NodeKey } from './ids.ts';

/**
 * Makes every node resolve its global id synchronously. The Relay plugin creates promises for each id, and responses
 * consist largely of ids.
 */
export function resolveIdsSynchronously(schema: GraphQLSchema): GraphQLSchema {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) throw new TypeError('The graph has no Node.');
  for (const type of schema.getPossibleTypes(node)) {
    const { id } = type.getFields();
    if (id) id.resolve = (key: NodeKey) => globalId(key);
  }
  return schema;
}
