import * as z from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { boundsOf, rangeOf } from '../src/contract/rules.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { builder } from './builder.ts';
import { oneWrite, writeResult } from './costs.ts';
import { actionable, ConflictError, InvalidInputError, NotFoundError } from './errors.ts';
import { requireKey } from './ids.ts';
import { acceptedJob, idempotencyKey, waitForJob, waitSeconds } from './job.ts';
import { omitNullish } from './omit-nullish.ts';
import { Training } from './refs.ts';
import { TrainingStyle } from './training.ts';

const FastTrainingInput = builder.inputType('FastTrainingInput', {
  description: 'Settings of a fast training, which is expected to take several minutes.',
  fields: (t) => ({
    isStyle: t.boolean({ description: 'True to learn the style of the images, false to learn their content.' }),
    isInputFormatAlreadyPreprocessed: t.boolean({ description: 'True if the images are already pre-processed.' }),
  }),
});

const HighQualityTrainingInput = builder.inputType('HighQualityTrainingInput', {
  description: 'Settings of a high quality training, which takes a few hours at most.',
  fields: (t) => ({ style: t.field({ type: TrainingStyle, description: 'Aspect of the images to learn.' }) }),
});

const TrainingModeInput = builder.inputType('TrainingModeInput', {
  description: 'The mode of a training: exactly one of the two fields.',
  isOneOf: true,
  fields: (t) => ({
    fast: t.field({ type: FastTrainingInput, description: 'Fast: expected to take several minutes.' }),
    highQuality: t.field({ type: HighQualityTrainingInput, description: 'High quality: takes a few hours at most.' }),
  }),
});

const STRENGTH = boundsOf('StartTraining', 'trainingStrength');

const StartTrainingInput = builder.inputType('StartTrainingInput', {
  description: 'Settings of a training. Starting one costs money.',
  fields: (t) => ({
    modelId: t.id({ required: true, description: 'Global id of the model to train.' }),
    strength: t.int({
      required: true,
      validate: z
        .int()
        .refine(
          (value) => value >= STRENGTH.min && value <= STRENGTH.max,
          `Expected a strength from ${STRENGTH.min} to ${STRENGTH.max}.`,
        ),
      description: `How strongly the model learns from the images, ${rangeOf('StartTraining', 'trainingStrength')}. A higher value stays closer to them.`,
    }),
    mode: t.field({ type: TrainingModeInput, description: 'Fast or high quality. Omitted: high quality.' }),
    idempotencyKey: t.string(idempotencyKey),
    waitSeconds: t.int(waitSeconds),
  }),
});

const CancelTrainingInput = builder.inputType('CancelTrainingInput', {
  description: 'A training to cancel.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Global id of the training.' }) }),
});

/** Builds the upstream request from the input, without omitted fields. */
function toRequest({ strength, mode }: typeof StartTrainingInput.$inferInput): Wire['StartTraining'] {
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
      'Starts a training of a model on its training images. It costs money. The gateway never sends it to the upstream twice. Watch the training with `trainingUpdated`.',
    extensions: { cost: { reads: { write: 1, wait: 1 } } },
    errors: {
      types: [InvalidInputError, NotFoundError, ConflictError],
      union: { name: 'StartTrainingResult', description: 'Result of startTraining.' },
      result: { name: 'StartTrainingSuccess', description: 'The training was started.' },
      dataField: { name: 'training', description: 'The new training.', extensions: { cost: writeResult } },
    },
    args: { input: t.arg({ type: StartTrainingInput, required: true, description: 'The model and the settings.' }) },
    resolve: (_, { input }, ctx) =>
      actionable({ id: input.modelId }, async () => {
        const model = requireKey('Model', input.modelId);
        const request = toRequest(input);
        const once = {
          operation: 'startTraining',
          input: { modelId: model.id, ...request },
          key: input.idempotencyKey,
        };
        const key = await ctx.writes.once(once, ({ trainings }) => trainings.start(model.id, request));
        ctx.jobs.announce({ kind: 'Training', ...key });
        await waitForJob(ctx, { kind: 'Training', ...key }, input.waitSeconds);
        return ctx.loaders.merge<TrainingRow>({ kind: 'Training', ...key, ...request }, acceptedJob);
      }),
  }),
  cancelTraining: t.field({
    type: Training,
    nullable: false,
    description:
      'Requests the cancellation of a training. Cancellation is not guaranteed to succeed, and the part that ran is charged. A completed or failed training cannot be canceled.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, NotFoundError, ConflictError],
      union: { name: 'CancelTrainingResult', description: 'Result of cancelTraining.' },
      result: {
        name: 'CancelTrainingSuccess',
        description:
          'Cancellation was requested. The training may still continue and even complete; the part that ran is charged.',
      },
      dataField: {
        name: 'training',
        description: 'The training after the request.',
        extensions: { cost: writeResult },
      },
    },
    args: { input: t.arg({ type: CancelTrainingInput, required: true, description: 'The training to cancel.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Training', id);
        await ctx.writes.run(({ trainings }) => trainings.cancel(key));
        ctx.jobs.wake(key);
        return ctx.loaders.merge(key);
      }),
  }),
}));
