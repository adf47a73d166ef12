import { z } from 'zod';
import type { Row } from '../src/loaders/entity-store.ts';
import type { Context } from '../src/operations/context.ts';
import { builder } from './builder.ts';
import { explainId, readGlobalId } from './ids.ts';

const MOST_IDS = 100;

/** The thing behind a global id, or null. */
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
    description: 'Anything by its global id, or null when there is none you may see.',
    args: { id: t.arg.id({ required: true, description: 'Global id.' }) },
    resolve: (_, { id }, ctx) => load(ctx, 'id', id),
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: 'Many things by their global ids, in the order of the ids; null for each that does not exist.',
    args: {
      ids: t.arg.idList({
        required: true,
        validate: z.array(z.string()).max(MOST_IDS, {
          error: ({ input }) => `Ask for at most ${MOST_IDS} ids, not ${Array.isArray(input) ? input.length : 'more'}.`,
        }),
        description: `Global ids, at most ${MOST_IDS}.`,
      }),
    },
    resolve: (_, { ids }, ctx) => ids.map((id) => load(ctx, 'ids', id)),
  }),
}));
