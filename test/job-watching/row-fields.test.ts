import { expect, test } from 'vitest';
import { isOlder, RowFields, withListed } from '../../src/job-watching/row-fields.ts';
import type { PredictionRow } from '../../src/upstream/predictions.ts';

const states = { queued: 'QUEUED', processing: 'PROCESSING', completed: 'COMPLETED' } as const;

const row = (word: keyof typeof states, fields: Partial<PredictionRow> = {}): PredictionRow => ({
  kind: 'Prediction',
  id: 'p',
  status: { state: states[word], word, isFinished: word === 'completed' },
  ...fields,
});
const images: PredictionRow['images'] = [{ url: 'https://images.example/1.png' }] as never;

test('a row is complete if rows of the list carry every field that reads by id carry', () => {
  const fields = new RowFields();
  expect(fields.hasRead('Prediction')).toBe(false);
  expect(fields.isComplete(row('processing'), undefined)).toBeUndefined();
  fields.addRead(row('processing', { prompt: 'a dress', progress: 0.5 }));
  fields.addListed(row('processing'));
  expect(fields.hasRead('Prediction')).toBe(true);
  expect(fields.hasRead('Training')).toBe(false);
  expect(fields.isComplete(row('processing'), undefined)).toBe(false);

  fields.addListed(row('processing', { prompt: 'a dress', progress: 0.5 }));

  expect(fields.isComplete(row('processing'), undefined)).toBe(true);
  expect(fields.isComplete(row('completed', { images }), undefined)).toBeUndefined();
});

test('settings that are known need not be in the list, fields that change must be', () => {
  const fields = new RowFields();
  const known = row('processing', { prompt: 'a dress', progress: 0.5 });
  fields.addRead(known);
  fields.addListed(row('processing', { progress: 0.5 }));
  expect(fields.isComplete(row('processing', { progress: 0.6 }), undefined)).toBe(false);
  expect(fields.isComplete(row('processing', { progress: 0.6 }), known)).toBe(true);

  const others = new RowFields();
  others.addRead(known);
  others.addListed(row('processing', { prompt: 'a dress' }));
  expect(others.isComplete(row('processing', { prompt: 'a dress' }), known)).toBe(false);
});

test.each([
  ['without images', {}],
  ['with an empty list of images', { images: [] }],
  ['with malformed images', { images, malformed: { images: { operation: 'listPredictions', problem: 'odd' } } }],
])('a row of a completed prediction %s is incomplete', (_, change) => {
  const fields = new RowFields();
  const known = row('completed', { images });
  fields.addRead(known);
  fields.addListed(known);
  expect(fields.isComplete(known, undefined)).toBe(true);

  expect(fields.isComplete(row('completed', change as Partial<PredictionRow>), known)).toBe(false);
});

test('a row changes the fields that change, and never erases or replaces a setting', () => {
  const known = row('processing', { prompt: 'a dress', seed: 7, progress: 0.5 });

  expect(withListed(known, row('completed', { prompt: 'cut…', seed: null, progress: 1, num_images: 2 }))).toEqual(
    row('completed', { prompt: 'a dress', seed: 7, progress: 1, num_images: 2 }),
  );
  expect(withListed(undefined, known)).toBe(known);
});

test.each([
  ['queued', undefined, 'processing', undefined, true],
  ['processing', 0.4, 'processing', 0.5, true],
  ['processing', 0.5, 'processing', 0.5, false],
  ['processing', undefined, 'processing', 0.5, false],
  ['processing', 0.1, 'queued', undefined, false],
  ['completed', undefined, 'processing', 0.5, false],
] as const)(
  'a row that is %s at %s is older than a job that is %s at %s: %s',
  (word, progress, known, before, expected) => {
    expect(
      isOlder(row(word, { ...(progress && { progress }) }), row(known, { ...(before && { progress: before }) })),
    ).toBe(expected);
  },
);
