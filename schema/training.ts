import { rangeOf } from '../src/contract/rules.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { mapMaybePromise } from '../src/util/promises.ts';
import { builder } from './builder.ts';
import { byId, FREE, parentModel } from './costs.ts';
import { keyOfArgument, localId } from './ids.ts';
import { Job } from './job.ts';
import { Model, Training } from './refs.ts';

/** Mode of a training. */
export const TrainingSpeed = builder.enumType('TrainingSpeed', {
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

/** A training whose mode is known. */
interface ModeOf {
  readonly mode: 'fast' | 'high_quality';
  readonly training: TrainingRow;
}

const FastTraining = builder.objectRef<ModeOf>('FastTraining').implement({
  description: 'Settings of a fast training, in the shape of `FastTrainingInput`. Expected to take several minutes.',
  extensions: { cost: FREE },
  fields: (t) => ({
    isStyle: t.boolean({
      description: 'True if the model learns the style of the images, false if it learns their content.',
      resolve: ({ training }, _, { loaders }) => loaders.field(training, 'isStyle'),
    }),
    isInputFormatAlreadyPreprocessed: t.boolean({
      description: 'True if the images were declared as already pre-processed.',
      resolve: ({ training }, _, { loaders }) => loaders.field(training, 'isInputFormatAlreadyPreprocessed'),
    }),
  }),
});

const HighQualityTraining = builder.objectRef<ModeOf>('HighQualityTraining').implement({
  description:
    'Settings of a high quality training, in the shape of `HighQualityTrainingInput`. Takes a few hours at most.',
  extensions: { cost: FREE },
  fields: (t) => ({
    style: t.field({
      type: TrainingStyle,
      description: 'Aspect of the images that the model learns.',
      resolve: ({ training }, _, { loaders }) => loaders.field(training, 'trainingStyle'),
    }),
  }),
});

const TrainingMode = builder.unionType('TrainingMode', {
  description: 'Mode of a training with its settings: fast or high quality.',
  types: [FastTraining, HighQualityTraining],
  resolveType: ({ mode }) => (mode === 'fast' ? FastTraining : HighQualityTraining),
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
      description: `How strongly the model learns from the images, ${rangeOf('StartTraining', 'trainingStrength')}. A higher value stays closer to them.`,
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingStrength'),
    }),
    mode: t.field({
      type: TrainingMode,
      description:
        'Mode of the training with its settings, in the shape of the input of `startTraining`; null if the upstream does not report the mode.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) =>
        mapMaybePromise(loaders.field(training, 'trainingSpeed'), (mode) => (mode ? { mode, training } : null)),
    }),
    speed: t.field({
      deprecationReason: 'Use `mode`: its type is `FastTraining` or `HighQualityTraining`.',
      type: TrainingSpeed,
      description: 'Mode of the training: fast or high quality.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingSpeed'),
    }),
    style: t.field({
      deprecationReason: 'Use `mode { ... on HighQualityTraining { style } }`.',
      type: TrainingStyle,
      description: 'High quality only: the aspect of the images that the model learns.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingStyle'),
    }),
    isStyle: t.boolean({
      deprecationReason: 'Use `mode { ... on FastTraining { isStyle } }`.',
      description: 'Fast only: true if the model learns the style of the images, false if it learns their content.',
      extensions: { cost: FREE },
      resolve: (training, _, { loaders }) => loaders.field(training, 'isStyle'),
    }),
    isInputFormatAlreadyPreprocessed: t.boolean({
      deprecationReason: 'Use `mode { ... on FastTraining { isInputFormatAlreadyPreprocessed } }`.',
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
