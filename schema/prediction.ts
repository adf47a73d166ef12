import type { ImageSource } from '../src/images/source.ts';
import type { Scale } from '../src/upstream/predictions.ts';
import { mapMaybePromise } from '../src/util/promises.ts';
import { builder } from './builder.ts';
import { connect } from './connection.ts';
import { connectionArguments } from './connection-types.ts';
import { byId, connection, FREE, oneRead } from './costs.ts';
import { globalId, keyOfArgument, localId } from './ids.ts';
import { Image } from './image.ts';
import { Job } from './job.ts';
import { Model, Prediction, PredictionConnection } from './refs.ts';

/** Usual number of models in a prediction. */
const USUAL_MODELS = 3;
/** Maximum number of images of a prediction. */
const MAX_IMAGES = 4;

const PredictionModel = builder.objectRef<Scale>('PredictionModel').implement({
  description: 'A model used in a prediction.',
  fields: (t) => ({
    modelId: t.id({
      nullable: false,
      description: 'Global id of the model.',
      extensions: { cost: FREE },
      resolve: ({ modelId }) => globalId({ kind: 'Model', id: modelId }),
    }),
    model: t.field({
      type: Model,
      description: 'The model; null after it is deleted.',
      extensions: { cost: oneRead('model') },
      resolve: ({ modelId }, _, { loaders }) => loaders.model(modelId),
    }),
    scale: t.exposeFloat('scale', {
      nullable: false,
      description: 'Weight of the model relative to the other models of the prediction.',
      extensions: { cost: FREE },
    }),
  }),
});

const ImageSize = builder.objectRef<{ width: number; height: number }>('ImageSize').implement({
  description: 'Dimensions of an image.',
  extensions: { cost: FREE },
  fields: (t) => ({
    width: t.exposeInt('width', { nullable: false, description: 'Width in pixels.' }),
    height: t.exposeInt('height', { nullable: false, description: 'Height in pixels.' }),
  }),
});

builder.node(Prediction, {
  description: 'A job that generates images for a prompt with one or more models.',
  interfaces: [Job],
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'Prediction',
  fields: (t) => ({
    prompt: t.string({
      description:
        'Text description of the images. A model has an effect only if the prompt includes its trigger word.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'prompt'),
    }),
    models: t.field({
      type: [PredictionModel],
      description: 'The models used, each with its weight; null if the upstream does not report them.',
      extensions: { cost: { maxItems: USUAL_MODELS } },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'scaleConfigs'),
    }),
    images: t.field({
      type: [Image],
      description: 'The generated images; null until the upstream reports them.',
      extensions: { cost: { maxItems: MAX_IMAGES } },
      resolve: (prediction, _, ctx) =>
        mapMaybePromise(ctx.loaders.field(prediction, 'images'), (images) => {
          if (!images) return null;
          ctx.images.remember(ctx.loaders.get(prediction));
          return images.map(
            (_image, index): ImageSource => ({ kind: 'prediction', predictionId: prediction.id, index }),
          );
        }),
    }),
    seed: t.field({
      type: 'SafeInt',
      description: 'Random seed: the same seed with the same settings generates the same images.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'seed'),
    }),
    size: t.field({
      type: ImageSize,
      description: 'Dimensions of the images, in pixels.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'image_size'),
    }),
    imageCount: t.int({
      description: 'Number of images requested, from 1 to 4.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'num_images'),
    }),
    guidanceScale: t.float({
      description: 'How closely the images follow the prompt, from 0 to 10.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'guidance_scale'),
    }),
    inferenceSteps: t.int({
      description: 'Number of denoising steps, from 1 to 50.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'num_inference_steps'),
    }),
  }),
});

builder.queryFields((t) => ({
  prediction: t.field({
    type: Prediction,
    description: 'A prediction by its global id, or null if it does not exist or your key has no access to it.',
    extensions: { cost: byId },
    args: { id: t.arg.id({ required: true, description: 'Global id of a prediction.' }) },
    resolve: (_, { id }, ctx) => {
      const key = keyOfArgument('Prediction', id, ctx);
      return key ? ctx.loaders.prediction(key.id) : null;
    },
  }),
  predictions: t.field({
    type: PredictionConnection,
    nullable: false,
    description: 'All predictions that your key has access to.',
    extensions: { cost: connection('predictions') },
    args: connectionArguments(),
    resolve: (_, page, { loaders }) =>
      connect({ operation: 'listPredictions', readPage: (last) => loaders.predictions(last) }, page),
  }),
}));
