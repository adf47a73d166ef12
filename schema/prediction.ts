import type { ImageSource } from '../src/images/source.ts';
import type { Scale } from '../src/upstream/predictions.ts';
import { builder } from './builder.ts';
import { connect } from './connection.ts';
import { connectionArguments } from './connection-types.ts';
import { actionable, InvalidInputError, NotFoundError } from './errors.ts';
import { globalId, keyOfArgument, localId, requireKey } from './ids.ts';
import { Image } from './image.ts';
import { Job } from './job.ts';
import { whenKnown } from './known.ts';
import { Model, Prediction, PredictionConnection } from './refs.ts';

const PredictionModel = builder.objectRef<Scale>('PredictionModel').implement({
  description: 'A model that takes part in a prediction.',
  fields: (t) => ({
    modelId: t.id({
      nullable: false,
      description: 'Global id of the model.',
      resolve: ({ modelId }) => globalId({ kind: 'Model', id: modelId }),
    }),
    model: t.field({
      type: Model,
      description: 'The model; null once it is deleted.',
      resolve: ({ modelId }, _, { loaders }) => loaders.model(modelId),
    }),
    scale: t.exposeFloat('scale', { nullable: false, description: 'Its weight among the models of the prediction.' }),
  }),
});

const ImageSize = builder.objectRef<{ width: number; height: number }>('ImageSize').implement({
  description: 'Dimensions of an image.',
  fields: (t) => ({
    width: t.exposeInt('width', { nullable: false, description: 'In pixels.' }),
    height: t.exposeInt('height', { nullable: false, description: 'In pixels.' }),
  }),
});

builder.node(Prediction, {
  description: 'A prediction: a job in which one or more models make new images for a prompt.',
  interfaces: [Job],
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'Prediction',
  fields: (t) => ({
    prompt: t.string({
      description: 'What the images are to show. A model takes effect only if its trigger word is in it.',
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'prompt'),
    }),
    models: t.field({
      type: [PredictionModel],
      description: 'The models that take part; null when the upstream does not say.',
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'scaleConfigs'),
    }),
    images: t.field({
      type: [Image],
      description: 'The images made; null until the upstream reports them.',
      resolve: (prediction, _, ctx) =>
        whenKnown(ctx.loaders.field(prediction, 'images'), (images) => {
          if (!images) return null;
          ctx.rememberImages(ctx.loaders.get(prediction));
          return images.map(
            (_image, index): ImageSource => ({ kind: 'prediction', predictionId: prediction.id, index }),
          );
        }),
    }),
    seed: t.field({
      type: 'SafeInt',
      description: 'The same seed with the same settings gives the same images.',
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'seed'),
    }),
    size: t.field({
      type: ImageSize,
      description: 'Dimensions of the images, in pixels.',
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'image_size'),
    }),
    imageCount: t.int({
      description: 'How many images were asked for, from 1 to 4.',
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'num_images'),
    }),
    guidanceScale: t.float({
      description: 'How closely the prompt is followed, from 0 to 10.',
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'guidance_scale'),
    }),
    inferenceSteps: t.int({
      description: 'Number of denoising steps, from 1 to 50.',
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'num_inference_steps'),
    }),
  }),
});

builder.queryFields((t) => ({
  prediction: t.field({
    type: Prediction,
    description: 'One prediction, or null when there is none you may see.',
    args: { id: t.arg.id({ required: true, description: 'Global id of a prediction.' }) },
    resolve: (_, { id }, ctx) => {
      const key = keyOfArgument('Prediction', id, ctx);
      return key ? ctx.loaders.prediction(key.id) : null;
    },
  }),
  predictions: t.field({
    type: PredictionConnection,
    nullable: false,
    description: 'All predictions that your key may see.',
    args: connectionArguments(),
    resolve: (_, page, { loaders }) =>
      connect({ operation: 'listPredictions', readPage: (last) => loaders.predictions(last) }, page),
  }),
}));

const DeletePredictionInput = builder.inputType('DeletePredictionInput', {
  description: 'A prediction whose record to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Global id of the prediction.' }) }),
});

builder.mutationField('deletePrediction', (t) =>
  t.field({
    type: 'ID',
    nullable: false,
    description: 'Deletes the record of a prediction. A running prediction is not stopped by it.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'DeletePredictionResult', description: 'What became of deletePrediction.' },
      result: { name: 'DeletePredictionSuccess', description: 'The record is marked as deleted.' },
      dataField: { name: 'deletedId', description: 'Global id of the prediction, as it was given.' },
    },
    args: { input: t.arg({ type: DeletePredictionInput, required: true, description: 'Which prediction.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Prediction', id);
        await ctx.changeImages({ kind: 'prediction', predictionId: key.id }, () =>
          ctx.write(({ predictions }) => predictions.delete(key.id)),
        );
        ctx.wake(key);
        return id;
      }),
  }),
);
