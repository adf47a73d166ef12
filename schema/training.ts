import { builder } from './builder.ts';
import { byId, FREE, parentModel } from './costs.ts';
import { keyOfArgument, localId } from './ids.ts';
import { Job } from './job.ts';
import { Model, Training } from './refs.ts';

const TrainingSpeed = builder.enumType('TrainingSpeed', {
  description: 'Mode of a training: trades time for quality.',
  values: {
    FAST: { value: 'fast', description: 'Expected to take several minutes.' },
    HIGH_QUALITY: { value: 'high_quality', description: 'Takes a few hours at most.' },
  } as const,
});

/** Aspect of the images that a high quality training learns. */
export const TrainingStyle = builder.enumType('TrainingStyle', {
  description: 'Aspect of the images that a high quality training learns.',
  values: {
    CONTENT: { value: 'content', description: 'The content of the images: what they depict.' },
    STYLE: { value: 'style', description: 'The style of the images: how they look.' },
    BALANCED: { value: 'balanced', description: 'Both content and style.' },
  } as const,
});

builder.node(Training, {
  description: 'A job that trains a model on its training images. Takes minutes (fast) to hours (high quality).',
  interfaces: [Job],
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'Training',
  fields: (t) => ({
    model: t.field({
      type: Model,
      description: 'The model that is trained; null after it is deleted.',
      extensions: { cost: parentModel },
      resolve: ({ modelId }, _, { loaders }) => loaders.model(modelId),
    }),
    triggerWord: t.string({
      description: 'Word that activates the model when a prompt includes it, for example `FJA90AB`.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'triggerWord'),
    }),
    strength: t.int({
      description: 'How strongly the model learns from the images, from 0 to 10. A higher value stays closer to them.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingStrength'),
    }),
    speed: t.field({
      type: TrainingSpeed,
      description: 'Mode of the training: fast or high quality.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingSpeed'),
    }),
    style: t.field({
      type: TrainingStyle,
      description: 'High quality only: the aspect of the images that the model learns.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingStyle'),
    }),
    isStyle: t.boolean({
      description: 'Fast only: true if the model learns the style of the images, false if it learns their content.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'isStyle'),
    }),
    isInputFormatAlreadyPreprocessed: t.boolean({
      description: 'Fast only: true if the images were declared as already pre-processed.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'isInputFormatAlreadyPreprocessed'),
    }),
  }),
});

builder.queryField('training', (t) =>
  t.field({
    type: Training,
    description: 'A training by its global id, or null if it does not exist or your key has no access to it.',
    extensions: { cost: byId },
    args: { id: t.arg.id({ required: true, description: 'Global id of a training.' }) },
    resolve: (_, { id }, ctx) => {
      const key = keyOfArgument('Training', id, ctx);
      return key ? ctx.loaders.training(key) : null;
    },
  }),
);
