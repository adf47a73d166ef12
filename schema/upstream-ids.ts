import { isUpstreamId } from '../src/contract/rules.ts';
import type { FieldCost } from '../src/limits/cost.ts';
import type { Context } from '../src/operations/context.ts';
import { builder } from './builder.ts';
import { FREE } from './costs.ts';
import { encodeGlobalId, type NodeKind, readGlobalId } from './ids.ts';
import { Model, Prediction, Training } from './refs.ts';

/** Lookups by the ids of the REST API, for clients that also use it. */

/** The field of each node with its id in the upstream. */
export const upstreamId = {
  nullable: false,
  description:
    'Id of this object in the REST API of the upstream, for programs that use it, too. Unique among the objects of this type; for trainings and data items, among those of one model. Arguments of this graph expect `id` instead, except those of the lookups by upstream id.',
  extensions: { cost: FREE },
} as const;

/** The cost of one read, which a lookup of the same object by its global id shares. */
const oneObject = (kind: NodeKind): FieldCost => ({
  reads: ({ modelId, id }) => ({ [encodeGlobalId(kind, modelId === undefined ? `${id}` : `${modelId}/${id}`)]: 1 }),
});

/**
 * True if a text may be the upstream id of an object. Otherwise, adds a hint to the response; such a text is never sent to the
 * upstream.
 *
 * @param argument Name of the argument.
 */
function mayExist(kind: NodeKind, id: string, ctx: Context, argument = 'id'): boolean {
  const other = readGlobalId(id);
  if (other) {
    ctx.hint(`\`${argument}\` must be the upstream id of a ${kind}, but is the global id of a ${other.kind}.`);
    return false;
  }
  if (isUpstreamId(id)) return true;
  ctx.hint(`\`${argument}\` must be the upstream id of a ${kind}: 1 to 128 letters, digits, ".", "_", "~" or "-".`);
  return false;
}

builder.queryFields((t) => ({
  modelByUpstreamId: t.field({
    type: Model,
    description:
      'A model by its id in the REST API, or null if it does not exist or your key has no access to it. See `model` for a lookup by global id.',
    extensions: { cost: oneObject('Model') },
    args: { id: t.arg.string({ required: true, description: 'Upstream id of a model.' }) },
    resolve: (_, { id }, ctx) => (mayExist('Model', id, ctx) ? ctx.loaders.model(id) : null),
  }),
  trainingByUpstreamId: t.field({
    type: Training,
    description:
      'A training by the ids in the REST API of its model and of itself, or null if it does not exist or your key has no access to it. See `training` for a lookup by global id.',
    extensions: { cost: oneObject('Training') },
    args: {
      modelId: t.arg.string({ required: true, description: 'Upstream id of the model that is trained.' }),
      id: t.arg.string({ required: true, description: 'Upstream id of a training of this model.' }),
    },
    resolve: (_, { modelId, id }, ctx) =>
      mayExist('Model', modelId, ctx, 'modelId') && mayExist('Training', id, ctx)
        ? ctx.loaders.training({ modelId, id })
        : null,
  }),
  predictionByUpstreamId: t.field({
    type: Prediction,
    description:
      'A prediction by its id in the REST API, or null if it does not exist or your key has no access to it. See `prediction` for a lookup by global id.',
    extensions: { cost: oneObject('Prediction') },
    args: { id: t.arg.string({ required: true, description: 'Upstream id of a prediction.' }) },
    resolve: (_, { id }, ctx) => (mayExist('Prediction', id, ctx) ? ctx.loaders.prediction(id) : null),
  }),
}));
