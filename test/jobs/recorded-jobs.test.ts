import { expect, test } from 'vitest';
import { RecordedJobs } from '../../src/jobs/recorded-jobs.ts';

const job = {
  name: 'a',
  hash: 7,
  classes: [],
  phase: 'completed',
  createdAt: new Date(1_700_000_000_000),
  finishedAt: new Date(1_700_000_060_000),
} as const;

test('a finished job is added once', () => {
  const recorded = new RecordedJobs();

  expect([recorded.add(job, 0), recorded.add(job, 0), recorded.add({ ...job }, 0)]).toEqual([true, false, false]);
});

test.each([
  ['another job', { ...job, hash: 8 }],
  ['the same job with another end', { ...job, finishedAt: new Date(1_700_000_060_001) }],
  ['the same job with an end many years later', { ...job, finishedAt: new Date(1_700_000_060_000 + 2 ** 32) }],
  ['the same job without an end', { ...job, finishedAt: null }],
  ['the same job with another start', { ...job, createdAt: new Date(1_600_000_000_000) }],
  ['the same job with another outcome', { ...job, phase: 'ended' }],
] as const)('%s is added', (_, other) => {
  const recorded = new RecordedJobs();
  recorded.add(job, 0);

  expect(recorded.add(other, 0)).toBe(true);
});

test('in another period, a job is added again', () => {
  const recorded = new RecordedJobs();
  const [first, second] = [recorded.newPeriod(), recorded.newPeriod()];
  recorded.add(job, first);

  expect([recorded.add(job, second), recorded.add(job, second)]).toEqual([true, false]);
});

test('a job without a hash is added each time', () => {
  const recorded = new RecordedJobs();
  const { hash: _, ...nameless } = job;

  expect([recorded.add(nameless, 0), recorded.add(nameless, 0)]).toEqual([true, true]);
});
