import * as z from 'zod';
import { rangeOf } from '../src/contract/rules.ts';
import type { ImageSource } from '../src/images/source.ts';
import { mapMaybePromise } from '../src/util/promises.ts';
import { builder } from './builder.ts';
import { connect } from './connection.ts';
import { connectionArguments, scanned, UPSTREAM_ORDER } from './connection-types.ts';
import { byId, FREE, filteredConnection } from './costs.ts';
import { keyOfArgument, localId } from './ids.ts';
import { Image } from './image.ts';
import { Job, JobStatus } from './job.ts';
import { filterPredictions } from './list-filters.ts';
import { ImageSize, PredictionModel, PredictionSettings, type RepeatablePrediction } from './prediction-settings.ts';
import { Prediction, PredictionConnection } from './refs.ts';

/** Usual number of models in a prediction. */
const USUAL_MODELS = 3;
/** Maximum number of images of a prediction. */
const MAX_IMAGES = 4;

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
      description:
        'The models used, each with its weight, in the order of the upstream; null if the upstream does not report them.',
      extensions: { cost: { maxItems: USUAL_MODELS } },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'scaleConfigs'),
    }),
    settings: t.field({
      type: PredictionSettings,
      description:
        'All settings, in the shape of the input of `createPrediction`, to predict again. Null if the upstream does not report the models or the prompt.',
      extensions: { cost: FREE },
      resolve: async (prediction, _, { loaders }): Promise<RepeatablePrediction | null> => {
        const [models, prompt] = await Promise.all([
          loaders.field(prediction, 'scaleConfigs'),
          loaders.field(prediction, 'prompt'),
        ]);
        return models && models.length > 0 && prompt ? { prediction, models, prompt } : null;
      },
    }),
    images: t.field({
      type: [Image],
      description:
        'The generated images, in the order of the upstream, which does not change; null until the upstream reports them.',
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
      deprecationReason: 'Use `settings { seed }`.',
      type: 'SafeInt',
      description: 'Random seed: the same seed with the same settings generates the same images.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'seed'),
    }),
    size: t.field({
      deprecationReason: 'Use `settings { size { width height } }`.',
      type: ImageSize,
      description: 'Dimensions of the images, in pixels.',
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'image_size'),
    }),
    imageCount: t.int({
      deprecationReason: 'Use `settings { imageCount }`.',
      description: `Number of images requested, ${rangeOf('CreatePrediction', 'num_images')}.`,
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'num_images'),
    }),
    guidanceScale: t.float({
      deprecationReason: 'Use `settings { guidanceScale }`.',
      description: `How closely the images follow the prompt, ${rangeOf('CreatePrediction', 'guidance_scale')}.`,
      extensions: { cost: FREE },
      resolve: (prediction, _, { loaders }) => loaders.field(prediction, 'guidance_scale'),
    }),
    inferenceSteps: t.int({
      deprecationReason: 'Use `settings { inferenceSteps }`.',
      description: `Number of denoising steps, ${rangeOf('CreatePrediction', 'num_inference_steps')}.`,
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
    description: `All predictions that your key has access to, or those that match all given filters. ${UPSTREAM_ORDER} With a filter: ${scanned('predictions')}`,
    extensions: { cost: filteredConnection('predictions', 'scan', ['status', 'createdAfter']) },
    args: {
      ...connectionArguments(),
      status: t.arg({
        type: [JobStatus],
        validate: z.array(z.unknown()).min(1, 'Expected at least one status, or none of this argument.').nullish(),
        description: 'Statuses of the predictions to return, at least one. Omitted: all.',
      }),
      createdAfter: t.arg({
        type: 'DateTime',
        description:
          'Returns the predictions created after this time, and none whose time of creation the upstream does not report. Omitted: all.',
      }),
    },
    resolve: (_, { first, after, ...filters }, ctx) =>
      connect(
        {
          operation: 'listPredictions',
          readPage: (last) => ctx.loaders.predictions(last),
          ...filterPredictions(filters, ctx),
        },
        { first, after },
      ),
  }),
}));
