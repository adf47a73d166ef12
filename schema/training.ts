import { z } from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { boundsOf } from '../src/contract/rules.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { builder } from './builder.ts';
import { actionable, ConflictError, InvalidInputError, NotFoundError } from './errors.ts';
import { keyOfArgument, localId, requireKey } from './ids.ts';
import { acceptedJob, idempotencyKey, Job, waitSeconds } from './job.ts';
import { omitNullish } from './omit-nullish.ts';
import { Model, Training } from './refs.ts';

const TrainingSpeed = builder.enumType('TrainingSpeed', {
  description: 'How much time a training is given.',
  values: {
    FAST: { value: 'fast', description: 'Expected to take several minutes.' },
    HIGH_QUALITY: { value: 'high_quality', description: 'Takes a few hours at most.' },
  } as const,
});

const TrainingStyle = builder.enumType('TrainingStyle', {
  description: 'What a high quality training learns from the images.',
  values: {
    CONTENT: { value: 'content', description: 'What the images show.' },
    STYLE: { value: 'style', description: 'How the images look.' },
    BALANCED: { value: 'balanced', description: 'Both.' },
  } as const,
});

builder.node(Training, {
  description:
    'A training: a job in which a model learns from its images. Takes minutes (fast) to hours (high quality).',
  interfaces: [Job],
  id: { resolve: localId },
  isTypeOf: (value) => (value as { kind?: unknown }).kind === 'Training',
  fields: (t) => ({
    model: t.field({
      type: Model,
      description: 'The model that learns; null once it is deleted.',
      resolve: ({ modelId }, _, { loaders }) => loaders.model(modelId),
    }),
    triggerWord: t.string({
      description: 'The word that activates the model in a prompt, for example `FJA90AB`.',
      resolve: (training, _, { loaders }) => loaders.field(training, 'triggerWord'),
    }),
    strength: t.int({
      description: 'How strongly the model learns, from 0 to 10; stronger is closer to the images.',
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingStrength'),
    }),
    speed: t.field({
      type: TrainingSpeed,
      description: 'How much time it is given.',
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingSpeed'),
    }),
    style: t.field({
      type: TrainingStyle,
      description: 'High quality only: what it learns from the images.',
      resolve: (training, _, { loaders }) => loaders.field(training, 'trainingStyle'),
    }),
    isStyle: t.boolean({
      description: 'Fast only: whether it learns the style of the images (true) or their content (false).',
      resolve: (training, _, { loaders }) => loaders.field(training, 'isStyle'),
    }),
    isInputFormatAlreadyPreprocessed: t.boolean({
      description: 'Fast only: whether the images were said to be pre-processed already.',
      resolve: (training, _, { loaders }) => loaders.field(training, 'isInputFormatAlreadyPreprocessed'),
    }),
  }),
});

builder.queryField('training', (t) =>
  t.field({
    type: Training,
    description: 'One training, or null when there is none you may see.',
    args: { id: t.arg.id({ required: true, description: 'Global id of a training.' }) },
    resolve: (_, { id }, ctx) => {
      const key = keyOfArgument('Training', id, ctx);
      return key ? ctx.loaders.training(key) : null;
    },
  }),
);

const FastTrainingInput = builder.inputType('FastTrainingInput', {
  description: 'Settings of a fast training, which is expected to take several minutes.',
  fields: (t) => ({
    isStyle: t.boolean({ description: 'Whether to learn the style of the images (true) or their content (false).' }),
    isInputFormatAlreadyPreprocessed: t.boolean({ description: 'Whether the images are pre-processed already.' }),
  }),
});

const HighQualityTrainingInput = builder.inputType('HighQualityTrainingInput', {
  description: 'Settings of a high quality training, which takes a few hours at most.',
  fields: (t) => ({ style: t.field({ type: TrainingStyle, description: 'What to learn from the images.' }) }),
});

const TrainingModeInput = builder.inputType('TrainingModeInput', {
  description: 'The mode of a training: exactly one of the two.',
  isOneOf: true,
  fields: (t) => ({
    fast: t.field({ type: FastTrainingInput, description: 'Several minutes.' }),
    highQuality: t.field({ type: HighQualityTrainingInput, description: 'A few hours at most.' }),
  }),
});

const STRENGTH = boundsOf('StartTraining', 'trainingStrength');

const StartTrainingInput = builder.inputType('StartTrainingInput', {
  description: 'A training to start. It costs money.',
  fields: (t) => ({
    modelId: t.id({ required: true, description: 'Global id of the model that is to learn.' }),
    strength: t.int({
      required: true,
      validate: z
        .int()
        .refine(
          (value) => value >= STRENGTH.min && value <= STRENGTH.max,
          `Give a strength from ${STRENGTH.min} to ${STRENGTH.max}.`,
        ),
      description: 'How strongly the model learns, from 0 to 10; stronger is closer to the images.',
    }),
    mode: t.field({ type: TrainingModeInput, description: 'Fast or high quality; high quality when left out.' }),
    idempotencyKey: t.string(idempotencyKey),
    waitSeconds: t.int(waitSeconds),
  }),
});

const CancelTrainingInput = builder.inputType('CancelTrainingInput', {
  description: 'A training to cancel.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Global id of the training.' }) }),
});

const DeleteTrainingInput = builder.inputType('DeleteTrainingInput', {
  description: 'A training whose record to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Global id of the training.' }) }),
});

/** The request for the upstream: only what the caller said, and the mode. */
function startTraining({ strength, mode }: typeof StartTrainingInput.$inferInput): Wire['StartTraining'] {
  return omitNullish<Wire['StartTraining']>({
    trainingStrength: strength,
    trainingSpeed: mode ? (mode.fast ? 'fast' : 'high_quality') : null,
    trainingStyle: mode?.highQuality?.style,
    isStyle: mode?.fast?.isStyle,
    isInputFormatAlreadyPreprocessed: mode?.fast?.isInputFormatAlreadyPreprocessed,
  });
}

builder.mutationFields((t) => ({
  startTraining: t.field({
    type: Training,
    nullable: false,
    description:
      'Starts a training of a model on its images. It costs money, and is never sent to the upstream twice. Watch it with `trainingUpdated`.',
    errors: {
      types: [InvalidInputError, NotFoundError, ConflictError],
      union: { name: 'StartTrainingResult', description: 'What became of startTraining.' },
      result: { name: 'StartTrainingSuccess', description: 'The training was started.' },
      dataField: { name: 'training', description: 'The new training.' },
    },
    args: { input: t.arg({ type: StartTrainingInput, required: true, description: 'Which model, and how.' }) },
    resolve: (_, { input }, ctx) =>
      actionable({ id: input.modelId }, async () => {
        const model = requireKey('Model', input.modelId);
        const request = startTraining(input);
        const once = {
          operation: 'startTraining',
          input: { modelId: model.id, ...request },
          key: input.idempotencyKey,
        };
        const key = await ctx.writeOnce(once, ({ trainings }) => trainings.start(model.id, request));
        ctx.wake(model);
        if (input.waitSeconds) await ctx.waitForJob({ kind: 'Training', ...key }, input.waitSeconds);
        return ctx.loaders.merge<TrainingRow>({ kind: 'Training', ...key, ...request }, acceptedJob);
      }),
  }),
  cancelTraining: t.field({
    type: Training,
    nullable: false,
    description:
      'Asks the upstream to cancel a training. Cancellation is not guaranteed to succeed, and you will be charged for the part that ran. A training that has completed or failed cannot be canceled.',
    errors: {
      types: [InvalidInputError, NotFoundError, ConflictError],
      union: { name: 'CancelTrainingResult', description: 'What became of cancelTraining.' },
      result: {
        name: 'CancelTrainingSuccess',
        description:
          'Cancellation was requested. The training may go on, finish all the same, and is charged for what ran.',
      },
      dataField: { name: 'training', description: 'The training as it is after the request.' },
    },
    args: { input: t.arg({ type: CancelTrainingInput, required: true, description: 'Which training.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Training', id);
        await ctx.write(({ trainings }) => trainings.cancel(key));
        ctx.wake(key);
        return ctx.loaders.merge(key);
      }),
  }),
  deleteTraining: t.field({
    type: 'ID',
    nullable: false,
    description:
      'Deletes the record of a training. A running training is not canceled by it, and the model stays trained.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'DeleteTrainingResult', description: 'What became of deleteTraining.' },
      result: { name: 'DeleteTrainingSuccess', description: 'The record is marked as deleted; a running job goes on.' },
      dataField: { name: 'deletedId', description: 'Global id of the training, as it was given.' },
    },
    args: { input: t.arg({ type: DeleteTrainingInput, required: true, description: 'Which training.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Training', id);
        await ctx.write(({ trainings }) => trainings.delete(key));
        ctx.wake(key);
        return id;
      }),
  }),
}));
