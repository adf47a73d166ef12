import { expect, test } from 'vitest';
import { createJobProgress } from '../../src/job-watching/job-progress.ts';
import type { TrainingRow } from '../../src/upstream/trainings.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** The progress of the jobs of two credentials, half a minute after the start, and what creates others. */
function startProgress() {
  const progressOf = createJobProgress({ now: () => START + MINUTE / 2, monotonicNow: () => 0 });
  return [progressOf('own'), progressOf('other'), progressOf] as const;
}

const completed = (minutes: number): TrainingRow => ({
  kind: 'Training',
  modelId: 'm',
  id: 'completed',
  status: { state: 'COMPLETED', word: 'completed', isFinished: true },
  createdAt: new Date(START - minutes * MINUTE),
  finishedAt: new Date(START),
});

const RUNNING: TrainingRow = {
  kind: 'Training',
  modelId: 'm',
  id: 'running',
  status: { state: 'PROCESSING', word: 'processing', isFinished: false },
  createdAt: new Date(START),
};

test('the progress of a job is estimated from the earlier ones of its own credential only', () => {
  const [own, other] = startProgress();
  own.observe(completed(1));

  expect(own.progressOf(RUNNING)).toMatchObject({ fraction: 0.5, isEstimated: true });
  expect(other.progressOf(RUNNING)).toMatchObject({ fraction: null });
});

test('a job that several credentials can read counts for each of them', () => {
  const [own, other] = startProgress();
  for (const each of [own, other, own]) each.observe(completed(1));

  expect(own.progressOf(RUNNING).fraction).toBe(0.5);
  expect(other.progressOf(RUNNING).fraction).toBe(0.5);
});

test('the observations of a job are not those of a job of another credential with the same id', () => {
  const [own, other] = startProgress();
  own.progressOf({ ...RUNNING, progress: 0.75 });

  expect(own.progressOf(RUNNING).fraction).toBe(0.75);
  expect(other.progressOf(RUNNING).fraction).toBeNull();
});

test('the progress of a job does not decrease when the state of its credential is created again', () => {
  const [own, , progressOf] = startProgress();
  own.progressOf({ ...RUNNING, progress: 0.75 });

  expect(progressOf('own').progressOf(RUNNING).fraction).toBe(0.75);
});

test('durations are learned again when the state of a credential is created again', () => {
  const [own, , progressOf] = startProgress();
  own.observe(completed(1));
  const again = progressOf('own');
  expect(again.progressOf(RUNNING).fraction).toBeNull();

  again.observe(completed(1));

  expect(again.progressOf(RUNNING).fraction).toBe(0.5);
});
