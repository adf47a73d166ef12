import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { createPrediction, startTraining } from '../support/operations.ts';
import { seedModel } from '../support/seeds.ts';

const limits = graphql(`
  query AllLimits {
    limits {
      uploads {
        maxBytes maxPixels formats contentTypes filesPerRequest requestBytes
        tickets { min max default }
      }
      images { widths }
      training { strength { min max default } defaultMode }
      prediction {
        width { min max default } height { min max default } imageCount { min max default }
        guidanceScale { min max default } inferenceSteps { min max default }
      }
      jobs {
        waitSeconds { min max default } idempotencyKeyLength { min max default }
        watched { min max default } watchTokenSeconds { min max default }
      }
      lists { first { min max default } activeJobs { min max default } ids scannedPages }
      operations { cost depth aliases rootFields tokens responseBytes }
    }
  }
`);

const file = new URL('../../schema/flair.openapi.yaml', import.meta.url);
const { schemas } = parse(readFileSync(file, 'utf8')).components;

test('limits need no key and send no request', async () => {
  const { query, takeRequests } = startGateway({ config: { ownKey: undefined } });

  const { data, errors } = await query(limits);

  expect(errors).toBeUndefined();
  expect(data?.limits).toEqual({
    uploads: {
      maxBytes: 10_485_760,
      maxPixels: 100_000_000,
      formats: ['WEBP', 'PNG', 'JPEG'],
      contentTypes: ['image/webp', 'image/png', 'image/jpeg'],
      filesPerRequest: 20,
      requestBytes: 210_763_776,
      tickets: { min: 1, max: 100, default: 1 },
    },
    images: { widths: [64, 128, 256, 384, 512, 768, 1_024, 1_536, 2_048] },
    training: { strength: { min: 0, max: 10, default: null }, defaultMode: 'HIGH_QUALITY' },
    prediction: {
      width: { min: 512, max: 1_536, default: null },
      height: { min: 512, max: 1_536, default: null },
      imageCount: { min: 1, max: 4, default: null },
      guidanceScale: { min: 0, max: 10, default: null },
      inferenceSteps: { min: 1, max: 50, default: null },
    },
    jobs: {
      waitSeconds: { min: 0, max: 60, default: 0 },
      idempotencyKeyLength: { min: 1, max: 255, default: null },
      watched: { min: 1, max: 100, default: null },
      watchTokenSeconds: { min: 60, max: 86_400, default: 3_600 },
    },
    lists: {
      first: { min: 1, max: 100, default: 20 },
      activeJobs: { min: 1, max: 100, default: 50 },
      ids: 100,
      scannedPages: 5,
    },
    operations: {
      cost: 300,
      depth: 12,
      aliases: 30,
      rootFields: 20,
      tokens: 2_000,
      responseBytes: 50_000_000,
    },
  });
  expect(takeRequests()).toEqual([]);
});

test('limits of settings and files are those of the contract', async () => {
  const { data } = await startGateway().query(limits);
  const rangeOf = (rule: { minimum: number; maximum: number; default?: number }) => ({
    min: rule.minimum,
    max: rule.maximum,
    default: rule.default ?? null,
  });
  const { CreatePrediction, ImageSize, ImageBytes, StartTraining, TrainingSpeed } = schemas;

  expect(data?.limits.prediction).toEqual({
    width: rangeOf(ImageSize.properties.width),
    height: rangeOf(ImageSize.properties.height),
    imageCount: rangeOf(CreatePrediction.properties.num_images),
    guidanceScale: rangeOf(CreatePrediction.properties.guidance_scale),
    inferenceSteps: rangeOf(CreatePrediction.properties.num_inference_steps),
  });
  expect(data?.limits.training).toEqual({
    strength: rangeOf(StartTraining.properties.trainingStrength),
    defaultMode: TrainingSpeed.default.toUpperCase(),
  });
  expect(data?.limits.uploads.maxBytes).toBe(ImageBytes.maxLength);
});

test('values at the limits are accepted, and values beyond them are rejected', async () => {
  const { query, upstream } = startGateway();
  const { globalId: id } = await seedModel(upstream, 'Dresses', { images: 1 });
  const found = (await query(limits)).data?.limits;
  if (!found) throw new Error('Expected limits.');
  const { strength } = found.training;
  const { width, height, imageCount, guidanceScale, inferenceSteps } = found.prediction;
  const predict = async (end: 'min' | 'max', beyond: number) => {
    const input = {
      models: [{ id, scale: 1 }],
      prompt: 'a dress',
      size: { width: width[end] + beyond, height: height[end] + beyond },
      imageCount: imageCount[end] + beyond,
      guidanceScale: guidanceScale[end] + beyond,
      inferenceSteps: inferenceSteps[end] + beyond,
    };
    const result = (await query(createPrediction, { input })).data?.createPrediction;
    return result?.__typename === 'InvalidInputError' ? result.issues.length : result?.__typename;
  };
  const train = async (value: number) =>
    (await query(startTraining, { input: { modelId: id, strength: value } })).data?.startTraining.__typename;

  expect([await predict('min', 0), await predict('max', 0)]).toEqual(Array(2).fill('CreatePredictionSuccess'));
  expect([await predict('min', -1), await predict('max', 1)]).toEqual([5, 5]);
  expect([await train(strength.min), await train(strength.max)]).toEqual(Array(2).fill('StartTrainingSuccess'));
  expect([await train(strength.min - 1), await train(strength.max + 1)]).toEqual(Array(2).fill('InvalidInputError'));
});

test('limits are those that the operator has set', async () => {
  const { query } = startGateway({
    limits: { cost: 7, depth: 6 },
    uploads: { files: 3, bytes: 5_000_000_000, pixels: 2_000_000 },
    images: { pixels: 1_000_000 },
  });

  const { data } = await query(limits);

  expect(data?.limits.operations).toMatchObject({ cost: 7, depth: 6 });
  expect(data?.limits.uploads).toMatchObject({ filesPerRequest: 3, requestBytes: 5_000_000_000, maxPixels: 1_000_000 });
});

test('a gateway that accepts more files per request reports the limit of uploadDataItems', async () => {
  const { query } = startGateway({ uploads: { files: 50 } });

  expect((await query(limits)).data?.limits.uploads.filesPerRequest).toBe(20);
});
