import type { PredictionRow, Scale } from '../src/upstream/predictions.ts';
import { builder } from './builder.ts';
import { FREE, oneRead } from './costs.ts';
import { globalId } from './ids.ts';
import { Model } from './refs.ts';

/** A prediction whose models and prompt are known, so that it can be repeated. */
export interface RepeatablePrediction {
  readonly prediction: PredictionRow;
  readonly models: readonly Scale[];
  readonly prompt: string;
}

export const PredictionModel = builder.objectRef<Scale>('PredictionModel').implement({
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

const PredictionModelSettings = builder.objectRef<Scale>('PredictionModelSettings').implement({
  description:
    'A model of a prediction, in the shape of `PredictionModelInput`. Not an object of its own: a normalized cache must keep it within its prediction, because other predictions use the same `id` with another weight.',
  extensions: { cost: FREE },
  fields: (t) => ({
    id: t.id({
      nullable: false,
      description: 'Global id of the model. Identifies the model, not this object.',
      resolve: ({ modelId }) => globalId({ kind: 'Model', id: modelId }),
    }),
    scale: t.exposeFloat('scale', {
      nullable: false,
      description: 'Weight of the model relative to the other models of the prediction.',
    }),
  }),
});

/** Dimensions of an image. */
export const ImageSize = builder.objectRef<{ width: number; height: number }>('ImageSize').implement({
  description: 'Dimensions of an image.',
  extensions: { cost: FREE },
  fields: (t) => ({
    width: t.exposeInt('width', { nullable: false, description: 'Width in pixels.' }),
    height: t.exposeInt('height', { nullable: false, description: 'Height in pixels.' }),
  }),
});

export const PredictionSettings = builder.objectRef<RepeatablePrediction>('PredictionSettings').implement({
  description:
    'Settings of a prediction, in the shape of `CreatePredictionInput`: select all fields and pass the object, without the `__typename` that some clients add, to `createPrediction` to predict again. A setting is null if the upstream does not report it; as input, null means the default of the upstream.',
  extensions: { cost: FREE },
  fields: (t) => ({
    models: t.field({
      type: [PredictionModelSettings],
      nullable: { list: false, items: false },
      description: 'The models, each with its weight, in the order of the upstream.',
      resolve: ({ models }) => models,
    }),
    prompt: t.exposeString('prompt', {
      nullable: false,
      description:
        'Text description of the images. A model has an effect only if the prompt includes its trigger word.',
    }),
    seed: t.field({
      type: 'SafeInt',
      description:
        'Random seed, as requested or as chosen by the upstream. The same seed with the same settings generates the same images: leave it out of the input to get others.',
      resolve: ({ prediction }, _, { loaders }) => loaders.field(prediction, 'seed'),
    }),
    size: t.field({
      type: ImageSize,
      description: 'Dimensions of the images, in pixels.',
      resolve: ({ prediction }, _, { loaders }) => loaders.field(prediction, 'image_size'),
    }),
    imageCount: t.int({
      description: 'Number of images requested; see `limits` for the range.',
      resolve: ({ prediction }, _, { loaders }) => loaders.field(prediction, 'num_images'),
    }),
    guidanceScale: t.float({
      description: 'How closely the images follow the prompt; see `limits` for the range.',
      resolve: ({ prediction }, _, { loaders }) => loaders.field(prediction, 'guidance_scale'),
    }),
    inferenceSteps: t.int({
      description: 'Number of denoising steps; see `limits` for the range.',
      resolve: ({ prediction }, _, { loaders }) => loaders.field(prediction, 'num_inference_steps'),
    }),
  }),
});
