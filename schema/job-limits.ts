import { boundsOf, DEFAULT_TRAINING_SPEED } from '../src/contract/rules.ts';
import { builder } from './builder.ts';
import { FREE } from './costs.ts';
import { MAX_WATCHED_JOBS } from './ids.ts';
import { MAX_KEY_LENGTH, MAX_WAIT_SECONDS } from './job.ts';
import { floatRange, intRange } from './ranges.ts';
import { TrainingSpeed } from './training.ts';
import { watchTokenSeconds } from './watch-token.ts';

export const TrainingLimits = builder.objectRef<object>('TrainingLimits').implement({
  description: 'Ranges and defaults of the settings of `startTraining`.',
  extensions: { cost: FREE },
  fields: (t) => ({
    strength: t.field(
      intRange('How strongly the model learns from the images.', boundsOf('StartTraining', 'trainingStrength')),
    ),
    defaultMode: t.field({
      type: TrainingSpeed,
      nullable: false,
      description: 'Mode of a training if `mode` is omitted.',
      resolve: () => DEFAULT_TRAINING_SPEED,
    }),
  }),
});

export const PredictionLimits = builder.objectRef<object>('PredictionLimits').implement({
  description: 'Ranges and defaults of the settings of `createPrediction`.',
  extensions: { cost: FREE },
  fields: (t) => ({
    width: t.field(intRange('Width of the images, in pixels.', boundsOf('ImageSize', 'width'))),
    height: t.field(intRange('Height of the images, in pixels.', boundsOf('ImageSize', 'height'))),
    imageCount: t.field(intRange('Number of images to generate.', boundsOf('CreatePrediction', 'num_images'))),
    guidanceScale: t.field(
      floatRange('How closely the images follow the prompt.', boundsOf('CreatePrediction', 'guidance_scale')),
    ),
    inferenceSteps: t.field(
      intRange('Number of denoising steps.', boundsOf('CreatePrediction', 'num_inference_steps')),
    ),
  }),
});

export const JobLimits = builder.objectRef<object>('JobLimits').implement({
  description: 'Limits of starting and watching jobs.',
  extensions: { cost: FREE },
  fields: (t) => ({
    waitSeconds: t.field(
      intRange('Time for which a mutation waits for its job, in seconds.', {
        min: 0,
        max: MAX_WAIT_SECONDS,
        default: 0,
      }),
    ),
    idempotencyKeyLength: t.field(
      intRange('Length of an idempotency key, in characters.', { min: 1, max: MAX_KEY_LENGTH }),
    ),
    watched: t.field(
      intRange('Number of jobs of `jobsUpdated`, and of one watch token.', { min: 1, max: MAX_WATCHED_JOBS }),
    ),
    watchTokenSeconds: t.field(intRange('Lifetime of a watch token, in seconds.', watchTokenSeconds)),
  }),
});
