import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import type { Client } from '../../src/upstream/client.ts';
import { decodeJob, encodeJob } from '../../src/upstream/job-codec.ts';
import type { JobRow } from '../../src/upstream/jobs.ts';
import { predictions } from '../../src/upstream/predictions.ts';
import { trainings } from '../../src/upstream/trainings.ts';

/** A client whose reads receive these bodies instead of those of an upstream. */
const clientFor = (body: unknown) =>
  ({
    contract,
    redactRow: (row: unknown) => row,
    read: async (_id: string, { read }: { read: (json: unknown) => unknown }) => read(body),
  }) as unknown as Client;

const unobserved = { observe() {} };
const readPrediction = (body: object): Promise<JobRow> => predictions(clientFor(body), unobserved).get('p1');
const readTraining = (body: object): Promise<JobRow> =>
  trainings(clientFor(body), unobserved).get({ modelId: 'm1', id: 't1' });

const throughJson = (row: JobRow) => decodeJob(JSON.parse(JSON.stringify(encodeJob(row))));

/** Values that occur in the bodies of the upstream, and others. JSON has no negative zero. */
const anyValue = fc.oneof(
  fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
  fc.constantFrom('2026-01-01T00:00:00Z', 1_767_225_600, 'fast', 'STYLE', true, 'false', 0.5, 42, 7, null),
  fc.constantFrom(['https://images.test/1.png'], [{ url: 'https://images.test/1.png' }], [{ base64: 'aGFsbG8=' }]),
  fc.constantFrom({ width: 512, height: 768 }, { m1: 0.5, m2: { scale: 1 } }, 'a dress'),
);
const status = fc.constantFrom('completed', 'failed', 'processing', 'a new word');

const FIELDS = {
  Prediction: [
    'images',
    'createdAt',
    'finishedAt',
    'progress',
    'error',
    'scaleConfigs',
    'prompt',
    'seed',
    'image_size',
    'num_images',
    'guidance_scale',
    'num_inference_steps',
  ],
  Training: [
    'triggerWord',
    'createdAt',
    'finishedAt',
    'progress',
    'error',
    'trainingStrength',
    'trainingSpeed',
    'trainingStyle',
    'isStyle',
    'isInputFormatAlreadyPreprocessed',
  ],
};

const bodyOf = (kind: 'Prediction' | 'Training') =>
  fc.record(
    { status, ...Object.fromEntries(FIELDS[kind].map((field) => [field, anyValue])) },
    { requiredKeys: ['status'] },
  );

describe('a job row', () => {
  test.each([
    ['Prediction', readPrediction],
    ['Training', readTraining],
  ] as const)(
    'of kind %s is the same after a round trip through JSON, malformed fields included',
    async (kind, read) => {
      await fc.assert(
        fc.asyncProperty(bodyOf(kind), async (body) => {
          const row = await read(body);

          expect(throughJson(row)).toStrictEqual(row);
        }),
        { numRuns: 500 },
      );
    },
  );

  test('keeps times, statuses and problems', async () => {
    const row = await readPrediction({ status: 'completed', createdAt: '2026-01-02T03:04:05Z', seed: 'many' });
    const decoded = throughJson(row);

    expect(decoded?.createdAt).toEqual(new Date('2026-01-02T03:04:05Z'));
    expect(decoded?.status).toEqual({ state: 'COMPLETED', word: 'completed', isFinished: true });
    expect(decoded?.malformed?.seed?.problem).toMatch(/seed: expected/);
  });
});

describe('a value that is unreadable', () => {
  const valid = { kind: 'Prediction', id: 'p1', status: { state: 'FAILED', word: 'failed', isFinished: true } };

  test.each<[string, unknown]>([
    ['another type', 'a text'],
    ['null', null],
    ['a list', [valid]],
    ['another kind', { ...valid, kind: 'Model' }],
    ['a training without a model', { ...valid, kind: 'Training' }],
    ['no id', { kind: 'Prediction' }],
    ['an unknown state', { ...valid, status: { state: 'PAUSED', word: 'paused', isFinished: false } }],
    ['a time that is none', { ...valid, createdAt: 'yesterday' }],
    ['a time out of range', { ...valid, createdAt: 1e300 }],
    ['images that are none', { ...valid, images: [{ path: '/1.png' }] }],
    ['a malformed field without a problem', { ...valid, malformed: { seed: true } }],
  ])('is not decoded: %s', (_, value) => {
    expect(decodeJob(value)).toBeUndefined();
    expect(decodeJob(valid)).toBeDefined();
  });

  test.each([
    ['an unknown field', { ...valid, upscaled: true }],
    ['a field named as an inherited one', { ...valid, constructor: true }],
  ])('is decoded without it: %s', (_, value) => {
    expect(decodeJob(value)).toStrictEqual(decodeJob(valid));
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.anything(), (value) => void decodeJob(value)));
  });
});
