import { z } from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { boundsOf } from '../src/contract/rules.ts';
import type { Context } from '../src/operations/context.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import { builder } from './builder.ts';
import { FREE, listOf, oneWrite, writeResult } from './costs.ts';
import { actionable, ConflictError, InvalidInputError, NotFoundError } from './errors.ts';
import { globalId, requireKey } from './ids.ts';
import { acceptedJob, idempotencyKey, waitForJob, waitSeconds } from './job.ts';
import { triggerWord } from './latest-training.ts';
import { omitNullish } from './omit-nullish.ts';
import { Prediction } from './refs.ts';

const PredictionModelInput = builder.inputType('PredictionModelInput', {
  description: 'A model to use in a prediction.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Global id of the model.' }),
    scale: t.float({
      required: true,
      description: 'Weight of the model relative to the other models of the prediction.',
    }),
  }),
});

const ImageSizeInput = builder.inputType('ImageSizeInput', {
  description: 'Dimensions of the images to generate.',
  fields: (t) => ({
    width: t.int({ required: true, description: 'Width in pixels, from 512 to 1536.' }),
    height: t.int({ required: true, description: 'Height in pixels, from 512 to 1536.' }),
  }),
});

const CreatePredictionInput = builder.inputType('CreatePredictionInput', {
  description: 'Settings of a prediction. Creating one costs money.',
  fields: (t) => ({
    models: t.field({
      type: [PredictionModelInput],
      required: true,
      description: 'The models to use, each with its weight: at least one, each only once.',
    }),
    prompt: t.string({
      required: true,
      description:
        'Text description of the images. Must include the trigger word of each model; a model whose trigger word is missing has no effect.',
    }),
    seed: t.field({
      type: 'SafeInt',
      description: 'Random seed, for reproducible results. Omitted: the upstream chooses one.',
    }),
    size: t.field({
      type: ImageSizeInput,
      description: 'Dimensions of the images. Omitted: the default of the upstream.',
    }),
    imageCount: t.int({
      description: 'Number of images to generate, from 1 to 4.',
    }),
    guidanceScale: t.float({
      description: 'How closely the images follow the prompt, from 0 to 10.',
    }),
    inferenceSteps: t.int({
      description: 'Number of denoising steps, from 1 to 50.',
    }),
    idempotencyKey: t.string({ description: idempotencyKey.description }),
    waitSeconds: t.int({ description: waitSeconds.description }),
  }),
});

/** Restricts a number to the bounds of the OpenAPI description. */
function within(schema: z.ZodNumber, { min, max }: { min: number; max: number }, noun: string) {
  const message = `Expected ${noun} from ${min} to ${max}.`;
  return schema.min(min, message).max(max, message);
}

/**
 * Rejects, before a request is sent, input that the upstream would reject. One schema for the whole input reports all
 * invalid values together; of schemas on its fields, Pothos reports the first failure only.
 */
const predictionRules = z.looseObject({
  models: z
    .array(z.looseObject({ id: z.string(), scale: z.number() }))
    .min(1, 'Expected at least one model.')
    .refine((models) => new Set(models.map(({ id }) => id)).size === models.length, 'Expected each model only once.'),
  prompt: z.string().refine((prompt) => prompt.trim() !== '', 'Expected a prompt that is not blank.'),
  size: z
    .looseObject({
      width: within(z.int(), boundsOf('ImageSize', 'width'), 'a number of pixels'),
      height: within(z.int(), boundsOf('ImageSize', 'height'), 'a number of pixels'),
    })
    .nullish(),
  imageCount: within(z.int(), boundsOf('CreatePrediction', 'num_images'), 'a number of images').nullish(),
  guidanceScale: within(z.number(), boundsOf('CreatePrediction', 'guidance_scale'), 'a number').nullish(),
  inferenceSteps: within(z.int(), boundsOf('CreatePrediction', 'num_inference_steps'), 'a number of steps').nullish(),
  idempotencyKey: idempotencyKey.validate,
  waitSeconds: waitSeconds.validate,
});

/** Builds the upstream request from the input, without omitted fields. */
function toRequest(input: typeof CreatePredictionInput.$inferInput): Wire['CreatePrediction'] {
  const { models, prompt, seed, size, imageCount, guidanceScale, inferenceSteps } = input;
  const scales = models.map(({ id, scale }) => [requireKey('Model', id).id, scale] as const);
  return omitNullish<Wire['CreatePrediction']>({
    scaleConfigs: Object.fromEntries(scales),
    prompt,
    seed,
    image_size: size,
    num_images: imageCount,
    guidance_scale: guidanceScale,
    num_inference_steps: inferenceSteps,
  });
}

/** Warnings about models whose trigger word the prompt does not include. */
async function warningsOf(ctx: Context, { scaleConfigs, prompt }: Wire['CreatePrediction']): Promise<string[]> {
  const warnings = await Promise.all(
    Object.keys(scaleConfigs).map(async (modelId) => {
      const id = globalId({ kind: 'Model', id: modelId });
      // The prediction has started and is charged for: a failed read must not lose its id.
      const word = await triggerWord(ctx, modelId).catch(() => undefined);
      if (word === undefined)
        return `The trigger word of the model ${id} could not be read, so the prompt was not checked for it.`;
      if (word === null) return `The model ${id} has no completed training yet, so it has no effect.`;
      return prompt.includes(word)
        ? []
        : `The prompt does not include ${word}, the trigger word of the model ${id}, so that model has no effect.`;
    }),
  );
  return warnings.flat();
}

const CreatePredictionSuccess = builder
  .objectRef<{ prediction: PredictionRow; request: Wire['CreatePrediction'] }>('CreatePredictionSuccess')
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
        description:
          'Reasons why the images may not be as intended, for example because the prompt does not include the trigger word of a model. Selecting it costs one upstream request per model.',
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
        validate: predictionRules,
        description: 'The models, the prompt and the settings.',
      }),
    },
    resolve: (_, { input }, ctx) =>
      actionable({}, async () => {
        const request = toRequest(input);
        const once = { operation: 'createPrediction', input: request, key: input.idempotencyKey };
        const id = await ctx.writes.once(once, ({ predictions }) => predictions.create(request));
        ctx.jobs.announce({ kind: 'Prediction', id });
        await waitForJob(ctx, { kind: 'Prediction', id }, input.waitSeconds);
        const { scaleConfigs, ...rest } = request;
        const scales = Object.entries(scaleConfigs).map(([modelId, scale]) => ({ modelId, scale }));
        const prediction = ctx.loaders.merge<PredictionRow>(
          { kind: 'Prediction', id, ...rest, scaleConfigs: scales },
          acceptedJob,
        );
        return { prediction, request };
      }),
  }),
);

const DeletePredictionInput = builder.inputType('DeletePredictionInput', {
  description: 'A prediction to delete.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Global id of the prediction.' }) }),
});

builder.mutationField('deletePrediction', (t) =>
  t.field({
    type: 'ID',
    nullable: false,
    description: 'Marks a prediction as deleted. This does not stop a running prediction.',
    extensions: { cost: oneWrite },
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'DeletePredictionResult', description: 'Result of deletePrediction.' },
      result: { name: 'DeletePredictionSuccess', description: 'The prediction is marked as deleted.' },
      dataField: {
        name: 'deletedId',
        description: 'Global id of the deleted prediction, as passed in the input.',
        extensions: { cost: FREE },
      },
    },
    args: { input: t.arg({ type: DeletePredictionInput, required: true, description: 'The prediction to delete.' }) },
    resolve: (_, { input: { id } }, ctx) =>
      actionable({ id }, async () => {
        const key = requireKey('Prediction', id);
        await ctx.images.evictAfter({ kind: 'prediction', predictionId: key.id }, () =>
          ctx.writes.delete(key, ({ predictions }) => predictions.delete(key.id)),
        );
        ctx.jobs.wake(key);
        return id;
      }),
  }),
);
