import { describe, expect, test } from 'vitest';
import { createFinishedJobs } from '../../src/loaders/finished-jobs.ts';
import type { JobState } from '../../src/upstream/decode/job-status.ts';
import type { PredictionRow } from '../../src/upstream/predictions.ts';
import type { TrainingRow } from '../../src/upstream/trainings.ts';
import { createClock } from '../support/clock.ts';

const FINAL: readonly JobState[] = ['COMPLETED', 'FAILED', 'CANCELED'];
const statusOf = (state: JobState) => ({ state, word: state.toLowerCase(), isFinished: FINAL.includes(state) });

const training = (id: string, modelId = 'm', state: JobState = 'COMPLETED'): TrainingRow => ({
  kind: 'Training',
  modelId,
  id,
  status: statusOf(state),
});

const prediction = (id: string, fields: Partial<PredictionRow> = {}): PredictionRow => ({
  kind: 'Prediction',
  id,
  status: statusOf('COMPLETED'),
  images: [{ url: 'https://images.example/1.png' }],
  ...fields,
});

function start({ milliseconds = 1_000, max = 100 } = {}) {
  const clock = createClock();
  const { now, monotonicNow } = clock;
  return { clock, jobs: createFinishedJobs({ milliseconds, max, now, monotonicNow }) };
}

describe('a finished job', () => {
  test('a finished job is cached for its key, with the time of its read by the wall clock', async () => {
    const { clock, jobs } = start();
    clock.setWallClock(Date.UTC(2030, 0, 1));
    jobs.add('key-1', training('t'));
    await clock.advance(10);

    const key = training('t');
    expect(jobs.get('key-1', key)).toMatchObject({ row: key, checkedAt: new Date(Date.UTC(2030, 0, 1)) });
    expect(jobs.get('key-2', key)).toBeUndefined();
    expect(jobs.get('key-1', training('t', 'other'))).toBeUndefined();
  });

  test('a finished job expires by the monotonic clock, and a newer row of it starts its time again', async () => {
    const { clock, jobs } = start({ milliseconds: 1_000 });
    jobs.add('k', training('a'));
    jobs.add('k', prediction('b'));
    await clock.advance(600);
    jobs.add('k', prediction('b', { prompt: 'new' }));
    clock.shiftWallClock(1e9);
    await clock.advance(399);
    expect(jobs.get('k', training('a'))).toBeDefined();
    await clock.advance(1);

    expect(jobs.get('k', training('a'))).toBeUndefined();
    expect(jobs.get('k', prediction('b'))?.row).toMatchObject({ prompt: 'new' });
  });

  test.each<JobState>(['COMPLETED', 'FAILED', 'CANCELED'])('a training with the state %s is cached', (state) => {
    const { jobs } = start();

    jobs.add('k', training('t', 'm', state));

    expect(jobs.get('k', training('t'))).toBeDefined();
  });

  test.each<JobState>(['QUEUED', 'PROCESSING', 'UNKNOWN'])('a job with the state %s is not cached', (state) => {
    const { jobs } = start();

    jobs.add('k', training('t', 'm', state));

    expect(jobs.get('k', training('t'))).toBeUndefined();
  });

  test.each<[string, PredictionRow]>([
    ['completed without images', prediction('p', { images: [] })],
    ['completed with images that are null', prediction('p', { images: null })],
    ['completed with missing images', { kind: 'Prediction', id: 'p', status: statusOf('COMPLETED') }],
    [
      'with a malformed field',
      prediction('p', { malformed: { seed: { operation: 'getPrediction', problem: 'seed' } } }),
    ],
    ['without a status', { kind: 'Prediction', id: 'p', images: [] }],
    ['too large', prediction('p', { images: [{ base64: 'a'.repeat(200_000) }] })],
  ])('a prediction %s is not cached', (_, row) => {
    const { jobs } = start({ max: 10_000 });

    jobs.add('k', row);

    expect(jobs.get('k', prediction('p'))).toBeUndefined();
  });

  test('a failed prediction is cached without images', () => {
    const { jobs } = start();

    jobs.add('k', prediction('p', { status: statusOf('FAILED'), images: null }));

    expect(jobs.get('k', prediction('p'))).toBeDefined();
  });

  test('nothing is cached for 0 milliseconds', () => {
    const { jobs } = start({ milliseconds: 0 });

    jobs.add('k', training('t'));

    expect(jobs.get('k', training('t'))).toBeUndefined();
  });
});

describe('a deleted job', () => {
  test('a deleted job is evicted for its key only, and a read in flight does not add it again', async () => {
    const { clock, jobs } = start();
    for (const key of ['k', 'other']) for (const id of ['p', 'q']) jobs.add(key, prediction(id));

    jobs.delete('k', prediction('p'));
    await clock.advance(900);
    jobs.add('k', prediction('p'));

    expect(['p', 'q'].map((id) => jobs.get('k', prediction(id)) !== undefined)).toEqual([false, true]);
    expect(jobs.get('other', prediction('p'))).toBeDefined();
  });

  test('the trainings of a deleted model are evicted, and not added again', () => {
    const { jobs } = start();
    for (const row of [training('t'), training('u'), training('t', 'mm'), prediction('p')]) jobs.add('k', row);

    jobs.delete('k', { kind: 'Model', id: 'm' });
    jobs.add('k', training('u'));

    const rows = [training('t'), training('u'), training('t', 'mm'), prediction('p')];
    expect(rows.map((row) => jobs.get('k', row) !== undefined)).toEqual([false, false, true, true]);
  });

  test('a deletion is remembered for longer than a read takes, even if jobs are cached for less', async () => {
    const { clock, jobs } = start({ milliseconds: 50 });

    jobs.delete('k', training('t'));
    await clock.advance(59_999);
    jobs.add('k', training('t'));

    expect(jobs.get('k', training('t'))).toBeUndefined();
  });
});

test('all jobs of a key are evicted together', () => {
  const { jobs } = start();
  for (const key of ['k', 'other']) jobs.add(key, training('t'));

  jobs.clear('k');

  expect(jobs.get('k', training('t'))).toBeUndefined();
  expect(jobs.get('other', training('t'))).toBeDefined();
});

describe('the size of the cache', () => {
  const count = (jobs: ReturnType<typeof createFinishedJobs>, key: string) =>
    Array.from({ length: 200 }, (_, id) => jobs.get(key, prediction(String(id)))).filter(Boolean).length;

  test('one key has at most a tenth of the jobs, those used last', () => {
    const { jobs } = start({ max: 100 });

    for (let id = 0; id < 10; id++) jobs.add('k', prediction(String(id)));
    jobs.get('k', prediction('0'));
    jobs.add('k', prediction('10'));

    expect(count(jobs, 'k')).toBe(10);
    expect(jobs.get('k', prediction('0'))).toBeDefined();
    expect(jobs.get('k', prediction('1'))).toBeUndefined();
  });

  test('if the cache is full, the key with the most jobs loses one', () => {
    const { jobs } = start({ max: 100 });
    jobs.add('small', prediction('0'));
    for (let key = 0; key < 11; key++) {
      for (let id = 0; id < 10; id++) jobs.add(`key-${key}`, prediction(String(id)));
    }

    const counts = Array.from({ length: 11 }, (_, key) => count(jobs, `key-${key}`));

    expect(count(jobs, 'small')).toBe(1);
    expect(counts.reduce((sum, each) => sum + each)).toBe(99);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(8);
  });

  test('a large row counts as several jobs', () => {
    const { jobs } = start({ max: 100 });
    for (let id = 0; id < 10; id++) jobs.add('k', prediction(String(id)));

    jobs.add('k', prediction('large', { prompt: 'a'.repeat(18_000) }));

    expect(count(jobs, 'k')).toBe(5);
  });
});
