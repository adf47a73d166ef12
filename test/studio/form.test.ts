import { describe, expect, test } from 'vitest';
import type { Prediction } from '../../src/studio/jobs/job.ts';
import { emptyForm, formOf, inputOf, insertWord, obstacleOf } from '../../src/studio/predict/form.ts';
import type { Limits } from '../../src/studio/session/limits.tsx';

const range = { min: 1, max: 10, default: null };
const limits = {
  prediction: {
    width: range,
    height: range,
    imageCount: { ...range, default: 3 },
    guidanceScale: range,
    inferenceSteps: range,
  },
} as unknown as Limits;
const empty = emptyForm(limits);

const settings: Prediction['settings'] = {
  prompt: 'A vase',
  models: [
    { id: 'b', scale: 0.4 },
    { id: 'a', scale: 1 },
  ],
  size: { width: 832, height: 1_216 },
  imageCount: 4,
  guidanceScale: 0,
  inferenceSteps: 12,
  seed: 0,
};
const predictionWith = (changes: Partial<Prediction>) => ({ prompt: null, settings: null, ...changes }) as Prediction;

describe('the form of a prediction', () => {
  test('the settings of a prediction become the same input again', () => {
    expect(inputOf(formOf(predictionWith({ settings }), empty))).toEqual(settings);
  });

  test('settings that the upstream has not reported keep their defaults, and a missing seed stays missing', () => {
    const unreported = { ...settings, imageCount: null, guidanceScale: null, seed: null, size: null };
    const input = inputOf(formOf(predictionWith({ settings: unreported }), empty));

    expect(input).toMatchObject({ imageCount: 3, guidanceScale: 7.5, size: { width: 1_024, height: 1_024 } });
    expect(input).not.toHaveProperty('seed');
  });

  test('without settings, the prompt is used again', () => {
    expect(formOf(predictionWith({ prompt: 'A vase' }), empty)).toEqual({ ...empty, prompt: 'A vase' });
  });

  test.each([
    [{}, 'Choose at least one model.'],
    [{ scales: { a: 1 } }, 'Describe the images.'],
    [{ scales: { a: 1 }, prompt: '  ' }, 'Describe the images.'],
    [{ scales: { a: 0 }, prompt: 'A vase' }, undefined],
  ])('the obstacle of %j is %s', (changes, expected) => {
    expect(obstacleOf({ ...empty, ...changes })).toBe(expected);
  });
});

describe('insertWord', () => {
  test.each([
    ['', 0, 0, 'WORD|'],
    ['a vase', 6, 6, 'a vase WORD|'],
    ['a vase ', 7, 7, 'a vase WORD|'],
    ['a vase', 0, 0, 'WORD |a vase'],
    ['a vase, blue', 6, 6, 'a vase WORD|, blue'],
    ['a red vase', 2, 5, 'a WORD| vase'],
  ])('into "%s" from %i to %i gives "%s", where | is the caret', (text, start, end, expected) => {
    expect(insertWord(text, 'WORD', start, end)).toEqual({
      text: expected.replace('|', ''),
      caret: expected.indexOf('|'),
    });
  });
});
