import * as z from 'zod';
import type { Context } from '../src/operations/context.ts';
import { builder } from './builder.ts';
import { FREE, MAX_ITEMS, oneWrite, writeEach } from './costs.ts';
import { DeleteOutcome, deleteEach } from './delete-outcome.ts';
import { actionable, InvalidInputError, NotFoundError } from './errors.ts';
import { type NodeKeys, type NodeKind, requireKey } from './ids.ts';

/** A type whose objects can be deleted, one by one or in bulk. */
interface Deletion<Kind extends NodeKind> {
  readonly kind: Kind;
  /** The word for an object in descriptions, with its article. */
  readonly one: string;
  /** The word for several objects. */
  readonly many: string;
  readonly description: string;
  /** Description of the successful result. */
  readonly success: string;
  /** Deletes an object, and updates the caches and watchers that know it. */
  readonly remove: (ctx: Context, key: NodeKeys[Kind]) => Promise<void>;
}

/** Validates the ids of a bulk deletion. */
const idsRule = z
  .array(z.string())
  .min(1, 'Expected at least one id.')
  .max(MAX_ITEMS, `Expected at most ${MAX_ITEMS} ids. Send the others in another request.`);

/** Defines the mutations that delete one object and several objects of a type. */
function defineDeletions<Kind extends NodeKind>(deletion: Deletion<Kind>): void {
  const { kind, one, many, description, success } = deletion;
  // Typed as any text, because Pothos derives the types of arguments from literal names.
  const name: string = kind;
  const noun = one.replace(/^an? /, '');
  const remove = (ctx: Context, id: string) =>
    actionable({ id }, async () => deletion.remove(ctx, requireKey(kind, id)));

  const input = builder.inputType(`Delete${name}Input`, {
    description: `${one[0]?.toUpperCase()}${one.slice(1)} to delete.`,
    fields: (t) => ({ id: t.id({ required: true, description: `Global id of the ${noun}.` }) }),
  });
  const bulkInput = builder.inputType(`Delete${name}sInput`, {
    description: `The ${many} to delete.`,
    fields: (t) => ({
      ids: t.idList({
        required: true,
        validate: idsRule,
        description: `Global ids of the ${many}, 1 to ${MAX_ITEMS}. An id that occurs twice is deleted once.`,
      }),
    }),
  });

  builder.mutationField(`delete${name}`, (t) =>
    t.field({
      type: 'ID',
      nullable: false,
      description,
      extensions: { cost: oneWrite },
      errors: {
        types: [InvalidInputError, NotFoundError],
        union: { name: `Delete${name}Result`, description: `Result of delete${name}.` },
        result: { name: `Delete${name}Success`, description: success },
        dataField: {
          name: 'deletedId',
          description: `Global id of the deleted ${noun}, as passed in the input.`,
          extensions: { cost: FREE },
        },
      },
      args: { input: t.arg({ type: input, required: true, description: `The ${noun} to delete.` }) },
      resolve: async (_, { input: { id } }, ctx) => {
        await remove(ctx, id);
        return id;
      },
    }),
  );

  builder.mutationField(`delete${name}s`, (t) =>
    t.field({
      type: [DeleteOutcome],
      nullable: { list: false, items: false },
      description: `Deletes up to ${MAX_ITEMS} ${many}, a few at once, each like \`delete${name}\`. A failure does not affect the others. If the upstream limits requests, the remaining ones wait, within the time for the operation (OPERATION_SECONDS).`,
      extensions: { cost: writeEach('ids') },
      errors: {
        types: [InvalidInputError],
        union: { name: `Delete${name}sResult`, description: `Result of delete${name}s.` },
        result: {
          name: `Delete${name}sSuccess`,
          description: 'Every id was processed; each has its own outcome, which may be an error.',
        },
        dataField: {
          name: 'outcomes',
          description: 'One outcome per id, in the order of the ids.',
          extensions: { cost: FREE },
        },
      },
      args: { input: t.arg({ type: bulkInput, required: true, description: `The ${many} to delete.` }) },
      resolve: (_, { input: { ids } }, ctx) => deleteEach(ctx, ids, (id) => remove(ctx, id)),
    }),
  );
}

defineDeletions({
  kind: 'Model',
  one: 'a model',
  many: 'models',
  description: 'Marks a model as deleted. Its history and its predictions are kept.',
  success: 'The model is marked as deleted.',
  remove: (ctx, key) => ctx.writes.delete(key, ({ models }) => models.delete(key.id)),
});

defineDeletions({
  kind: 'DataItem',
  one: 'a data item',
  many: 'data items',
  description: 'Deletes a training image permanently.',
  success: 'The data item was deleted permanently.',
  remove: (ctx, key) =>
    ctx.images.evictAfter({ kind: 'dataItem', modelId: key.modelId, dataId: key.id }, () =>
      ctx.writes.run(({ dataItems }) => dataItems.delete(key)),
    ),
});

defineDeletions({
  kind: 'Training',
  one: 'a training',
  many: 'trainings',
  description: 'Marks a training as deleted. This does not cancel a running training, and the model stays trained.',
  success: 'The training is marked as deleted. If it is running, it continues.',
  async remove(ctx, key) {
    await ctx.writes.delete(key, ({ trainings }) => trainings.delete(key));
    ctx.jobs.wake(key);
  },
});

defineDeletions({
  kind: 'Prediction',
  one: 'a prediction',
  many: 'predictions',
  description: 'Marks a prediction as deleted. This does not stop a running prediction.',
  success: 'The prediction is marked as deleted.',
  async remove(ctx, key) {
    await ctx.images.evictAfter({ kind: 'prediction', predictionId: key.id }, () =>
      ctx.writes.delete(key, ({ predictions }) => predictions.delete(key.id)),
    );
    ctx.jobs.wake(key);
  },
});
