import { z } from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { builder } from './builder.ts';
import { connect } from './connection.ts';
import { connectionArguments } from './connection-types.ts';
import {
  byId,
  connection,
  FREE,
  firstTrainingsPage,
  MAX_SCANNED_PAGES,
  oneWrite,
  scannedConnection,
  writeResult,
} from './costs.ts';
import { actionable, ConflictError, InvalidInputError, NotFoundError } from './errors.ts';
import { keyOfArgument, localId, requireKey } from './ids.ts';
import { idempotencyKey } from './job.ts';
import { latestTraining, triggerWord } from './latest-training.ts';
import { omitNullish } from './omit-nullish.ts';
import {
  DataItem,
  DataItemConnection,
  Model,
  ModelConnection,
  PredictionConnection,
  Training,
  TrainingConnection,
} from './refs.ts';

builder.node(Model, {
  description:
    'A custom image model. Trainings train it on its training images (data items); predictions generate new images with it.',
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'Model',
  fields: (t) => ({
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
      description: 'The training images of the model.',
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
      description: 'The trainings of the model, of any status.',
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
      description:
        'The predictions that use this model. The upstream cannot filter, so the gateway scans the list of all predictions, at most 5 of its pages per response. If matches are rare, a page may be short or empty although `hasNextPage` is true: continue from `endCursor`.',
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
    description: 'All models that your key has access to.',
    extensions: { cost: connection('models') },
    args: connectionArguments(),
    resolve: (_, page, { loaders }) =>
      connect({ operation: 'listModels', readPage: (last) => loaders.models(last) }, page),
  }),
}));

const displayName = z.string().refine((name) => name.trim() !== '', 'Expected a name that is not blank.');

const CreateModelInput = builder.inputType('CreateModelInput', {
  description: 'Settings of a new model.',
  fields: (t) => ({
    displayName: t.string({ required: true, validate: displayName, description: 'Human-readable name; not blank.' }),
    customModelType: t.string({ description: 'Type of the model. Reserved by the upstream for future use.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const RenameModelInput = builder.inputType('RenameModelInput', {
  description: 'A new name for a model.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Global id of the model.' }),
    displayName: t.string({ required: true, validate: displayName, description: 'The new name; not blank.' }),
  }),
});

const DeleteModelInput = builder.inputType('DeleteModelInput', {
  description: 'A model to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Global id of the model.' }) }),
});

builder.mutationFields((t) => ({
  createModel: t.field({
    type: Model,
    nullable: false,
    description: 'Creates a model. To use it in predictions, upload training images and start a training.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, ConflictError],
      union: { name: 'CreateModelResult', description: 'Result of createModel.' },
      result: { name: 'CreateModelSuccess', description: 'The model was created.' },
      dataField: { name: 'model', description: 'The new model.', extensions: { cost: writeResult } },
    },
    args: { input: t.arg({ type: CreateModelInput, required: true, description: 'The settings of the model.' }) },
    resolve: (_, { input: { displayName, customModelType, idempotencyKey: key } }, ctx) =>
      actionable({}, async () => {
        const request = omitNullish<Wire['CreateModel']>({ displayName, customModelType });
        const once = { operation: 'createModel', input: request, key };
        return ctx.loaders.merge(await ctx.writes.once(once, ({ models }) => models.create(request)));
      }),
  }),
  renameModel: t.field({
    type: Model,
    nullable: false,
    description: 'Changes the name of a model.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'RenameModelResult', description: 'Result of renameModel.' },
      result: { name: 'RenameModelSuccess', description: 'The model was renamed.' },
      dataField: { name: 'model', description: 'The model with its new name.', extensions: { cost: writeResult } },
    },
    args: { input: t.arg({ type: RenameModelInput, required: true, description: 'The model and its new name.' }) },
    resolve: (_, { input: { id, displayName } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Model', id);
        return ctx.loaders.merge(await ctx.writes.run(({ models }) => models.rename(key.id, displayName)));
      }),
  }),
  deleteModel: t.field({
    type: 'ID',
    nullable: false,
    description: 'Marks a model as deleted. Its history and its predictions are kept.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'DeleteModelResult', description: 'Result of deleteModel.' },
      result: { name: 'DeleteModelSuccess', description: 'The model is marked as deleted.' },
      dataField: {
        name: 'deletedId',
        description: 'Global id of the deleted model, as passed in the input.',
        extensions: { cost: FREE },
      },
    },
    args: { input: t.arg({ type: DeleteModelInput, required: true, description: 'The model to delete.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Model', id);
        await ctx.writes.run(({ models }) => models.delete(key.id));
        return id;
      }),
  }),
}));
