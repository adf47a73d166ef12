import * as z from 'zod';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import { builder } from './builder.ts';
import { FREE, listOf, writeResult } from './costs.ts';
import { actionable, ConflictError, InvalidInputError, NotFoundError } from './errors.ts';
import { idempotencyKey, waitForJob, waitSeconds } from './job.ts';
import { type PredictionRequest, predictionRules, predictionSettings, toRequest } from './prediction-input.ts';
import { Prediction } from './refs.ts';
import { startedPrediction, startPrediction, WARNINGS, warningsOf } from './start-prediction.ts';

const CreatePredictionInput = builder.inputType('CreatePredictionInput', {
  description: 'Settings of a prediction. Creating one costs money.',
  fields: (t) => ({
    ...predictionSettings(t),
    idempotencyKey: t.string({ description: idempotencyKey.description }),
    waitSeconds: t.int({ description: waitSeconds.description }),
  }),
});

const inputRules = z.looseObject({
  ...predictionRules,
  idempotencyKey: idempotencyKey.validate,
  waitSeconds: waitSeconds.validate,
});

const CreatePredictionSuccess = builder
  .objectRef<{ prediction: PredictionRow; request: PredictionRequest }>('CreatePredictionSuccess')
  .implement({
    description: 'The prediction was started.',
    fields: (t) => ({
      prediction: t.field({
        type: Prediction,
        nullable: false,
        description: 'The new prediction.',
        extensions: { cost: writeResult },
        resolve: ({ prediction }) => prediction,
      }),
      warnings: t.stringList({
        nullable: { list: false, items: false },
        description: WARNINGS,
        extensions: { cost: FREE },
        resolve: ({ request }, _, ctx) => warningsOf(ctx, request),
      }),
    }),
  });

builder.mutationField('createPrediction', (t) =>
  t.field({
    type: CreatePredictionSuccess,
    nullable: false,
    description:
      'Starts a prediction, which generates images with one or more models. It costs money. The gateway never sends it to the upstream twice. Watch the prediction with `predictionUpdated`.',
    // The warnings read the trigger word of each model.
    extensions: { cost: { reads: ({ input }) => ({ write: 1, wait: 1, words: listOf(input, 'models').length }) } },
    errors: {
      types: [InvalidInputError, NotFoundError, ConflictError],
      directResult: true,
      union: { name: 'CreatePredictionResult', description: 'Result of createPrediction.' },
    },
    args: {
      input: t.arg({
        type: CreatePredictionInput,
        required: true,
        validate: inputRules,
        description: 'The models, the prompt and the settings.',
      }),
    },
    resolve: (_, { input }, ctx) =>
      actionable({}, async () => {
        const request = toRequest(input);
        const id = await startPrediction(ctx, request, input.idempotencyKey);
        await waitForJob(ctx, { kind: 'Prediction', id }, input.waitSeconds);
        return { prediction: startedPrediction(ctx, id, request), request };
      }),
  }),
);
