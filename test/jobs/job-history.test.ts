import { expect, test } from 'vitest';
import { JobHistories } from '../../src/jobs/job-history.ts';

const first = { name: 'first', hash: 7 };
const second = { name: 'second', hash: 7 };

function observe() {
  const clock = { at: 0 };
  return { clock, histories: new JobHistories(10, () => clock.at) };
}

test('a job has no observations of another one with the same hash', () => {
  const { clock, histories } = observe();
  histories.observe(first, 'queued');
  clock.at = 10;
  histories.observe(first, 'running');
  histories.estimated(first, 0.5);

  expect(histories.observe(second, 'running')).toBeUndefined();
  expect(histories.sinceStart(second)).toBeUndefined();
  expect(histories.highestFraction(second)).toBeNull();

  expect(histories.sinceStart(first)).toEqual({ milliseconds: 5, uncertainty: 10 });
  expect(histories.highestFraction(first)).toBe(0.5);
});

test('of two jobs with the same hash, the last one that was in the queue or has a progress is kept', () => {
  const { histories } = observe();
  histories.estimated(first, 0.5);
  histories.estimated(second, 0.25);

  expect(histories.highestFraction(second)).toBe(0.25);
  expect(histories.highestFraction(first)).toBeNull();
});
