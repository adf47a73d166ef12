import { z } from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { builder } from './builder.ts';
import { connect } from './connection.ts';
import { connectionArguments } from './connection-types.ts';
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
    'A custom image model: it learns from images (data items) in trainings, and makes new ones in predictions.',
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'Model',
  fields: (t) => ({
    displayName: t.string({
      nullable: false,
      description: 'Shown to people. Not unique.',
      resolve: (model, _, { loaders }) => loaders.required(model, 'displayName'),
    }),
    customModelType: t.string({
      description: 'Type of the model, for example `Custom`. Null where the upstream tells it only in lists.',
      resolve: (model, _, { loaders }) => loaders.field(model, 'customModelType'),
    }),
    triggerWord: t.string({
      description:
        'The word that activates the model in a prompt: that of the newest completed training among the first page of trainings. Null before one has completed. Put it into prompts.',
      resolve: ({ id }, _, ctx) => triggerWord(ctx, id),
    }),
    dataItems: t.field({
      type: DataItemConnection,
      nullable: false,
      description: 'The images the model learns from.',
      args: connectionArguments(),
      resolve: ({ id }, page, { loaders }) =>
        connect({ operation: 'listDataItems', owner: id, readPage: (last) => loaders.dataItems(id, last) }, page),
    }),
    dataItem: t.field({
      type: DataItem,
      description: 'One of the model’s images, or null when there is no such one.',
      args: { id: t.arg.id({ required: true, description: 'Global id of a data item of this model.' }) },
      resolve: (model, { id }, ctx) => {
        const key = keyOfArgument('DataItem', id, ctx);
        if (key && key.modelId !== model.id)
          ctx.hint('`id` must be that of a DataItem of this model, but is of another model.');
        return key?.modelId === model.id ? ctx.loaders.dataItem(key) : null;
      },
    }),
    trainings: t.field({
      type: TrainingConnection,
      nullable: false,
      description: 'The model’s trainings, whatever became of them.',
      args: connectionArguments(),
      resolve: ({ id }, page, { loaders }) =>
        connect({ operation: 'listTrainings', owner: id, readPage: (last) => loaders.trainings(id, last) }, page),
    }),
    latestTraining: t.field({
      type: Training,
      description: 'The training that was started last, among the first page of trainings.',
      resolve: ({ id }, _, ctx) => latestTraining(ctx, id),
    }),
    predictions: t.field({
      type: PredictionConnection,
      nullable: false,
      description:
        'The predictions that this model took part in. The upstream cannot filter, so the list of all predictions is scanned, at most 5 of its pages per answer: where matches are rare, a page may be short or empty although `hasNextPage` is true. Go on from `endCursor`.',
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
            mayReadPage: (last) => ctx.cache.mayReadPredictionPage(last),
          },
          page,
        ),
    }),
  }),
});

builder.queryFields((t) => ({
  model: t.field({
    type: Model,
    description: 'One model, or null when there is none you may see.',
    args: { id: t.arg.id({ required: true, description: 'Global id of a model.' }) },
    resolve: (_, { id }, ctx) => {
      const key = keyOfArgument('Model', id, ctx);
      return key ? ctx.loaders.model(key.id) : null;
    },
  }),
  models: t.field({
    type: ModelConnection,
    nullable: false,
    description: 'All models that your key may see.',
    args: connectionArguments(),
    resolve: (_, page, { loaders }) =>
      connect({ operation: 'listModels', readPage: (last) => loaders.models(last) }, page),
  }),
}));

const displayName = z.string().refine((name) => name.trim() !== '', 'Give the model a name.');

const CreateModelInput = builder.inputType('CreateModelInput', {
  description: 'A model to create.',
  fields: (t) => ({
    displayName: t.string({ required: true, validate: displayName, description: 'Name to show to people; not empty.' }),
    customModelType: t.string({ description: 'Type of the model; reserved by the upstream for future use.' }),
    idempotencyKey: t.string(idempotencyKey),
  }),
});

const RenameModelInput = builder.inputType('RenameModelInput', {
  description: 'A new name for a model.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Global id of the model.' }),
    displayName: t.string({ required: true, validate: displayName, description: 'The new name; not empty.' }),
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
    description: 'Creates a model. Upload images and start a training next.',
    errors: {
      types: [InvalidInputError, ConflictError],
      union: { name: 'CreateModelResult', description: 'What became of createModel.' },
      result: { name: 'CreateModelSuccess', description: 'The model was created.' },
      dataField: { name: 'model', description: 'The new model.' },
    },
    args: { input: t.arg({ type: CreateModelInput, required: true, description: 'What to create.' }) },
    resolve: (_, { input: { displayName, customModelType, idempotencyKey: key } }, ctx) =>
      actionable({}, async () => {
        const request = omitNullish<Wire['CreateModel']>({ displayName, customModelType });
        const once = { operation: 'createModel', input: request, key };
        return ctx.loaders.merge(await ctx.writeOnce(once, ({ models }) => models.create(request)));
      }),
  }),
  renameModel: t.field({
    type: Model,
    nullable: false,
    description: 'Changes the name of a model.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'RenameModelResult', description: 'What became of renameModel.' },
      result: { name: 'RenameModelSuccess', description: 'The model has its new name.' },
      dataField: { name: 'model', description: 'The model under its new name.' },
    },
    args: { input: t.arg({ type: RenameModelInput, required: true, description: 'Which model, and its new name.' }) },
    resolve: (_, { input: { id, displayName } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Model', id);
        return ctx.loaders.merge(await ctx.write(({ models }) => models.rename(key.id, displayName)));
      }),
  }),
  deleteModel: t.field({
    type: 'ID',
    nullable: false,
    description: 'Marks a model as deleted. Its history and its predictions stay.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'DeleteModelResult', description: 'What became of deleteModel.' },
      result: { name: 'DeleteModelSuccess', description: 'The model is marked as deleted.' },
      dataField: { name: 'deletedId', description: 'Global id of the model, as it was given.' },
    },
    args: { input: t.arg({ type: DeleteModelInput, required: true, description: 'Which model.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Model', id);
        await ctx.write(({ models }) => models.delete(key.id));
        return id;
      }),
  }),
}));
