import { builder } from './builder.ts';
import { connect } from './connection.ts';
import { connectionArguments, scanned, UPSTREAM_ORDER } from './connection-types.ts';
import {
  byId,
  connection,
  FREE,
  filteredConnection,
  firstTrainingsPage,
  MAX_SCANNED_PAGES,
  scannedConnection,
} from './costs.ts';
import { keyOfArgument, localId } from './ids.ts';
import { latestTraining, triggerWord } from './latest-training.ts';
import { filterModels } from './list-filters.ts';
import {
  DataItem,
  DataItemConnection,
  Model,
  ModelConnection,
  PredictionConnection,
  Training,
  TrainingConnection,
} from './refs.ts';
import { upstreamId } from './upstream-ids.ts';

builder.node(Model, {
  description:
    'A custom image model. Trainings train it on its training images (data items); predictions generate new images with it.',
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'Model',
  fields: (t) => ({
    upstreamId: t.exposeString('id', upstreamId),
    displayName: t.string({
      nullable: false,
      description: 'Human-readable name. Not unique.',
      extensions: { cost: FREE },
      resolve: (model, _, { loaders }) => loaders.required(model, 'displayName'),
    }),
    customModelType: t.string({
      description:
        'Type of the model, for example `Custom`. Null if the model was not read from a list, because the upstream reports it only there.',
      extensions: { cost: FREE },
      resolve: (model, _, { loaders }) => loaders.field(model, 'customModelType'),
    }),
    triggerWord: t.string({
      description:
        'Word that activates the model when a prompt includes it: that of the newest completed training on the first page of trainings. Null before a training has completed.',
      extensions: { cost: firstTrainingsPage },
      resolve: ({ id }, _, ctx) => triggerWord(ctx, id),
    }),
    dataItems: t.field({
      type: DataItemConnection,
      nullable: false,
      description: `The training images of the model. ${UPSTREAM_ORDER}`,
      extensions: { cost: connection('dataItems') },
      args: connectionArguments(),
      resolve: ({ id }, page, { loaders }) =>
        connect({ operation: 'listDataItems', owner: id, readPage: (last) => loaders.dataItems(id, last) }, page),
    }),
    dataItem: t.field({
      type: DataItem,
      description: 'A training image of the model by its global id, or null if it does not exist.',
      extensions: { cost: byId },
      args: { id: t.arg.id({ required: true, description: 'Global id of a data item of this model.' }) },
      resolve: (model, { id }, ctx) => {
        const key = keyOfArgument('DataItem', id, ctx);
        if (key && key.modelId !== model.id)
          ctx.hint('`id` must be the global id of a DataItem of this model, but is of another model.');
        return key?.modelId === model.id ? ctx.loaders.dataItem(key) : null;
      },
    }),
    trainings: t.field({
      type: TrainingConnection,
      nullable: false,
      description: `The trainings of the model, of any status. ${UPSTREAM_ORDER} \`latestTraining\` compares times.`,
      extensions: { cost: connection('trainings') },
      args: connectionArguments(),
      resolve: ({ id }, page, { loaders }) =>
        connect({ operation: 'listTrainings', owner: id, readPage: (last) => loaders.trainings(id, last) }, page),
    }),
    latestTraining: t.field({
      type: Training,
      description: 'The most recently started training on the first page of trainings; null if there is none.',
      extensions: { cost: firstTrainingsPage },
      resolve: ({ id }, _, ctx) => latestTraining(ctx, id),
    }),
    predictions: t.field({
      type: PredictionConnection,
      nullable: false,
      description: `The predictions that use this model. ${UPSTREAM_ORDER} ${scanned('predictions')}`,
      extensions: { cost: scannedConnection },
      args: connectionArguments(),
      resolve: ({ id }, page, ctx) =>
        connect(
          {
            operation: 'listPredictions',
            owner: id,
            readPage: (last) => ctx.loaders.predictions(last),
            filter: async (prediction) => {
              const scales = await ctx.loaders.field(prediction, 'scaleConfigs');
              return scales?.some(({ modelId }) => modelId === id) ?? false;
            },
            mayReadPage: (last) => ctx.predictionScan.mayRead(last, MAX_SCANNED_PAGES),
          },
          page,
        ),
    }),
  }),
});

builder.queryFields((t) => ({
  model: t.field({
    type: Model,
    description: 'A model by its global id, or null if it does not exist or your key has no access to it.',
    extensions: { cost: byId },
    args: { id: t.arg.id({ required: true, description: 'Global id of a model.' }) },
    resolve: (_, { id }, ctx) => {
      const key = keyOfArgument('Model', id, ctx);
      return key ? ctx.loaders.model(key.id) : null;
    },
  }),
  models: t.field({
    type: ModelConnection,
    nullable: false,
    description: `All models that your key has access to, or those that match the filter. ${UPSTREAM_ORDER} With a filter: ${scanned('models')}`,
    extensions: { cost: filteredConnection('models', 'modelScan', ['nameContains']) },
    args: {
      ...connectionArguments(),
      nameContains: t.arg.string({
        description: 'Text that `displayName` contains, in upper or lower case. Omitted or empty: all models.',
      }),
    },
    resolve: (_, { nameContains, ...page }, ctx) =>
      connect(
        {
          operation: 'listModels',
          readPage: (last) => ctx.loaders.models(last),
          ...filterModels(nameContains, ctx),
        },
        page,
      ),
  }),
}));
