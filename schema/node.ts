import * as z from 'zod';
import type { Row } from '../src/loaders/entity-store.ts';
import type { Context } from '../src/operations/context.ts';
import { builder } from './builder.ts';
import { byId, byIds, MAX_ITEMS } from './costs.ts';
import { explainId, readGlobalId } from './ids.ts';

/** Loads the node with a global id, or null. */
function load(context: Context, argument: string, id: string): Row | Promise<Row | null> | null {
  const { loaders } = context;
  const key = readGlobalId(id);
  switch (key?.kind) {
    case 'Model':
      return loaders.model(key.id);
    case 'DataItem':
      return loaders.dataItem(key);
    case 'Training':
      return loaders.training(key);
    case 'Prediction':
      return loaders.prediction(key.id);
    case undefined:
      context.hint(explainId(argument, id));
      return null;
  }
}

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    description: 'An object by its global id, or null if it does not exist or your key has no access to it.',
    extensions: { cost: byId },
    args: { id: t.arg.id({ required: true, description: 'Global id of a model, data item, training or prediction.' }) },
    resolve: (_, { id }, ctx) => load(ctx, 'id', id),
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description:
      'Several objects by their global ids, in the order of the ids; null for each object that does not exist.',
    extensions: { cost: byIds },
    args: {
      ids: t.arg.idList({
        required: true,
        validate: z.array(z.string()).max(MAX_ITEMS, {
          error: ({ input }) =>
            `Expected at most ${MAX_ITEMS} ids, not ${Array.isArray(input) ? input.length : 'more'}.`,
        }),
        description: `The global ids, at most ${MAX_ITEMS}.`,
      }),
    },
    resolve: (_, { ids }, ctx) => ids.map((id) => load(ctx, 'ids', id)),
  }),
}));
