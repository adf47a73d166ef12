import { describe, expect, test } from 'vitest';
import { JobOwner, RowFacts } from '../../src/job-watching/job-facts.ts';
import type { PredictionRow } from '../../src/upstream/predictions.ts';
import type { TrainingRow } from '../../src/upstream/trainings.ts';

const prediction = (fields: Partial<PredictionRow> = {}) =>
  new RowFacts(new JobOwner('tenant'), { kind: 'Prediction', id: 'p', ...fields });
const training = (fields: Partial<TrainingRow> = {}) =>
  new RowFacts(new JobOwner('tenant'), { kind: 'Training', modelId: 'm', id: 't', ...fields });

const REQUEST: Partial<PredictionRow> = {
  image_size: { width: 512, height: 768 },
  num_images: 2,
  num_inference_steps: 28,
};

describe('classes of jobs with similar durations', () => {
  test.each<[what: string, changes: Partial<PredictionRow>]>([
    ['sizes', { image_size: { width: 768, height: 512 } }],
    ['numbers of images', { num_images: 4 }],
    ['numbers of steps', { num_inference_steps: 50 }],
    ['numbers of steps, one of them the default', { num_inference_steps: null }],
  ])('predictions with different %s have only their wide class in common', (_, changes) => {
    const [narrow, wide, ...others] = prediction(REQUEST).classes;

    expect(others).toEqual([]);
    expect(prediction({ ...REQUEST, ...changes }).classes).toEqual([expect.not.stringMatching(`^${narrow}$`), wide]);
    expect(prediction({ ...REQUEST, prompt: 'another' }).classes).toEqual([narrow, wide]);
  });

  test.each(['image_size', 'num_images', 'num_inference_steps'] as const)(
    'a prediction whose row lacks `%s` has only the wide class',
    (field) => {
      expect(prediction({ ...REQUEST, [field]: undefined }).classes).toEqual(prediction(REQUEST).classes.slice(1));
    },
  );

  test('trainings are classified by speed, and then by strength', () => {
    const fast = training({ trainingSpeed: 'fast', trainingStrength: 5 }).classes;
    const strong = training({ trainingSpeed: 'fast', trainingStrength: 9 }).classes;
    const slow = training({ trainingSpeed: 'high_quality', trainingStrength: 5 }).classes;

    expect(fast[1]).toBe(strong[1]);
    expect(new Set([...fast, ...strong, ...slow]).size).toBe(5);
    expect(training({ trainingSpeed: 'fast' }).classes).toEqual([fast[1]]);
  });
});

describe('the phase of a job', () => {
  test.each([
    ['QUEUED', false, 'queued'],
    ['PROCESSING', false, 'running'],
    ['UNKNOWN', false, 'unknown'],
    ['COMPLETED', true, 'completed'],
    ['FAILED', true, 'ended'],
    ['CANCELED', true, 'ended'],
  ] as const)('a job with status %s is %s', (state, isFinished, phase) => {
    expect(prediction({ status: { state, word: '', isFinished } }).phase).toBe(phase);
  });

  test('a job without a status has an unknown phase', () => {
    expect(prediction().phase).toBe('unknown');
  });
});

test('jobs of different credentials, models and kinds have different names and hashes', () => {
  const facts = ['tenant', 'other'].flatMap((tenant) =>
    (
      [
        { kind: 'Prediction', id: 'x' },
        { kind: 'Training', modelId: 'm', id: 'x' },
        { kind: 'Training', modelId: 'n', id: 'x' },
      ] as const
    ).map((row) => new RowFacts(new JobOwner(tenant), row)),
  );

  expect(new Set(facts.map(({ name }) => name)).size).toBe(6);
  expect(new Set(facts.map(({ hash }) => hash)).size).toBe(6);
});
