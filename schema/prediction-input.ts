import * as z from 'zod';
import type { Wire } from '../src/contract/contract.ts';
import { boundsOf, rangeOf } from '../src/contract/rules.ts';
import { builder } from './builder.ts';
import { requireKey } from './ids.ts';
import { omitNullish } from './omit-nullish.ts';

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
    width: t.int({ required: true, description: `Width in pixels, ${rangeOf('ImageSize', 'width')}.` }),
    height: t.int({ required: true, description: `Height in pixels, ${rangeOf('ImageSize', 'height')}.` }),
  }),
});

type FieldBuilder = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** The settings of a prediction, as fields of an input type. */
export const predictionSettings = (t: FieldBuilder) => ({
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
  imageCount: t.int({ description: `Number of images to generate, ${rangeOf('CreatePrediction', 'num_images')}.` }),
  guidanceScale: t.float({
    description: `How closely the images follow the prompt, ${rangeOf('CreatePrediction', 'guidance_scale')}.`,
  }),
  inferenceSteps: t.int({
    description: `Number of denoising steps, ${rangeOf('CreatePrediction', 'num_inference_steps')}.`,
  }),
});

/** Restricts a number to the bounds of the OpenAPI description. */
function within(schema: z.ZodNumber, { min, max }: { min: number; max: number }, noun: string) {
  const message = `Expected ${noun} from ${min} to ${max}.`;
  return schema.min(min, message).max(max, message);
}

/**
 * Rejects, before a request is sent, settings that the upstream would reject. One schema for the whole input reports all
 * invalid values together; of schemas on its fields, Pothos reports the first failure only.
 */
export const predictionRules = {
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
};

/** The settings of a prediction, as an input contains them. */
export interface PredictionSettings {
  models: readonly { id: string; scale: number }[];
  prompt: string;
  seed?: number | null | undefined;
  size?: { width: number; height: number } | null | undefined;
  imageCount?: number | null | undefined;
  guidanceScale?: number | null | undefined;
  inferenceSteps?: number | null | undefined;
}

/** The upstream request that creates a prediction. */
export type PredictionRequest = Wire['CreatePrediction'];

/** Builds the upstream request, without omitted fields. @throws NotFoundError for an invalid id of a model. */
export function toRequest(settings: PredictionSettings): PredictionRequest {
  const { models, prompt, seed, size, imageCount, guidanceScale, inferenceSteps } = settings;
  const scales = models.map(({ id, scale }) => [requireKey('Model', id).id, scale] as const);
  return omitNullish<PredictionRequest>({
    scaleConfigs: Object.fromEntries(scales),
    prompt,
    seed,
    image_size: size,
    num_images: imageCount,
    guidance_scale: guidanceScale,
    num_inference_steps: inferenceSteps,
  });
}
