import { z } from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { boundsOf } from '../src/contract/rules.ts';
import type { Context } from '../src/operations/context.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import { builder } from './builder.ts';
import { actionable, ConflictError, InvalidInputError, NotFoundError } from './errors.ts';
import { globalId, requireKey } from './ids.ts';
import { acceptedJob, idempotencyKey, waitSeconds } from './job.ts';
import { triggerWord } from './latest-training.ts';
import { omitNullish } from './omit-nullish.ts';
import { Prediction } from './refs.ts';

const PredictionModelInput = builder.inputType('PredictionModelInput', {
  description: 'A model to take part in a prediction.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Global id of the model.' }),
    scale: t.float({ required: true, description: 'Its weight among the models of the prediction.' }),
  }),
});

const ImageSizeInput = builder.inputType('ImageSizeInput', {
  description: 'Dimensions of the images to make.',
  fields: (t) => ({
    width: t.int({ required: true, description: 'In pixels, from 512 to 1536.' }),
    height: t.int({ required: true, description: 'In pixels, from 512 to 1536.' }),
  }),
});

const CreatePredictionInput = builder.inputType('CreatePredictionInput', {
  description: 'Images to make. It costs money.',
  fields: (t) => ({
    models: t.field({
      type: [PredictionModelInput],
      required: true,
      description: 'The models that take part, each with its weight: at least one, none twice.',
    }),
    prompt: t.string({
      required: true,
      description:
        'What the images are to show. Must include the trigger word of each model, or that model has no effect.',
    }),
    seed: t.field({ type: 'SafeInt', description: 'For reproducible results; chosen by the upstream when left out.' }),
    size: t.field({
      type: ImageSizeInput,
      description: 'Dimensions of the images; the upstream’s own choice when left out.',
    }),
    imageCount: t.int({
      description: 'How many images to make, from 1 to 4.',
    }),
    guidanceScale: t.float({
      description: 'How closely to follow the prompt, from 0 to 10.',
    }),
    inferenceSteps: t.int({
      description: 'Number of denoising steps, from 1 to 50.',
    }),
    idempotencyKey: t.string({ description: idempotencyKey.description }),
    waitSeconds: t.int({ description: waitSeconds.description }),
  }),
});

/** A number within the contract's bounds. */
function within(schema: z.ZodNumber, { min, max }: { min: number; max: number }, what: string) {
  const message = `Give ${what} from ${min} to ${max}.`;
  return schema.min(min, message).max(max, message);
}

/** What the upstream would refuse, found before anything is sent. */
const predictionRules = z.looseObject({
  models: z
    .array(z.looseObject({ id: z.string(), scale: z.number() }))
    .min(1, 'Name at least one model.')
    .refine((models) => new Set(models.map(({ id }) => id)).size === models.length, 'Name each model only once.'),
  prompt: z.string().refine((prompt) => prompt.trim() !== '', 'Say what the images are to show.'),
  size: z
    .looseObject({
      width: within(z.int(), boundsOf('ImageSize', 'width'), 'a number of pixels'),
      height: within(z.int(), boundsOf('ImageSize', 'height'), 'a number of pixels'),
    })
    .nullish(),
  imageCount: within(z.int(), boundsOf('CreatePrediction', 'num_images'), 'a number of images').nullish(),
  guidanceScale: within(z.number(), boundsOf('CreatePrediction', 'guidance_scale'), 'a figure').nullish(),
  inferenceSteps: within(z.int(), boundsOf('CreatePrediction', 'num_inference_steps'), 'a number of steps').nullish(),
  idempotencyKey: idempotencyKey.validate,
  waitSeconds: waitSeconds.validate,
});

/** The request for the upstream, in its own words: only what the caller said. */
function createPrediction(input: typeof CreatePredictionInput.$inferInput): Wire['CreatePrediction'] {
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

/** Why a prediction may not show what was meant: models that the prompt does not wake. */
async function warningsOf(ctx: Context, { scaleConfigs, prompt }: Wire['CreatePrediction']): Promise<string[]> {
  const warnings = await Promise.all(
    Object.keys(scaleConfigs).map(async (modelId) => {
      const id = globalId({ kind: 'Model', id: modelId });
      // The prediction is under way and paid for: not even a failed look may take its id from the caller.
      const word = await triggerWord(ctx, modelId).catch(() => undefined);
      if (word === undefined) return `The trigger word of the model ${id} could not be looked up.`;
      if (word === null) return `The model ${id} has no completed training yet, so it has no effect.`;
      return prompt.includes(word)
        ? []
        : `The prompt lacks ${word}, the trigger word of the model ${id}, so that model has no effect.`;
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
        resolve: ({ prediction }) => prediction,
      }),
      warnings: t.stringList({
        nullable: { list: false, items: false },
        description:
          'Why the images may not show what was meant, for example because the prompt lacks a model’s trigger word. Costs one list page per model, when selected.',
        resolve: ({ request }, _, ctx) => warningsOf(ctx, request),
      }),
    }),
  });

builder.mutationField('createPrediction', (t) =>
  t.field({
    type: CreatePredictionSuccess,
    nullable: false,
    description:
      'Makes new images with one or more models. It costs money, and is never sent to the upstream twice. Watch it with `predictionUpdated`.',
    errors: {
      types: [InvalidInputError, NotFoundError, ConflictError],
      directResult: true,
      union: { name: 'CreatePredictionResult', description: 'What became of createPrediction.' },
    },
    args: {
      input: t.arg({
        type: CreatePredictionInput,
        required: true,
        validate: predictionRules,
        description: 'What to make, and with which models.',
      }),
    },
    resolve: (_, { input }, ctx) =>
      actionable({}, async () => {
        const request = createPrediction(input);
        const once = { operation: 'createPrediction', input: request, key: input.idempotencyKey };
        const id = await ctx.writeOnce(once, ({ predictions }) => predictions.create(request));
        if (input.waitSeconds) await ctx.waitForJob({ kind: 'Prediction', id }, input.waitSeconds);
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
