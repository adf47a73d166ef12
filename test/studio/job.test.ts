import { describe, expect, test } from 'vitest';
import { describeTraining, durationText, statusText, type Training, timeAgo } from '../../src/studio/jobs/job.ts';

const training = (changes: Partial<Training>) => ({ strength: 7, mode: null, ...changes }) as Training;

describe('the settings of a training in words', () => {
  test.each<[Partial<Training>, string]>([
    [{ mode: { __typename: 'HighQualityTraining', style: 'BALANCED' } }, 'High quality, balanced, strength 7'],
    [{ mode: { __typename: 'HighQualityTraining', style: null } }, 'High quality, strength 7'],
    [
      { mode: { __typename: 'FastTraining', isStyle: true, isInputFormatAlreadyPreprocessed: null } },
      'Fast, style, strength 7',
    ],
    [
      { mode: { __typename: 'FastTraining', isStyle: null, isInputFormatAlreadyPreprocessed: null }, strength: null },
      'Fast',
    ],
    [{}, 'Unknown mode, strength 7'],
  ])('%j is "%s"', (changes, expected) => {
    expect(describeTraining(training(changes))).toBe(expected);
  });
});

test('a status that the gateway does not know is shown as the upstream named it', () => {
  expect(statusText({ status: 'UNKNOWN', upstreamStatus: 'thinking' })).toBe('thinking');
  expect(statusText({ status: 'PROCESSING', upstreamStatus: 'busy' })).toBe('Running');
});

test.each([
  [0, 'just now'],
  [-5, 'just now'],
  [59, 'just now'],
  [60, '1 minute ago'],
  [7_199, '1 hour ago'],
  [172_800, '2 days ago'],
])('%i seconds ago is "%s"', (seconds, expected) => {
  const start = Date.UTC(2026, 0, 1);

  expect(timeAgo(new Date(start).toISOString(), start + seconds * 1_000)).toBe(expected);
});

test.each([
  [10, '1 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [3_599_000, '1 h 0 min'],
  [7_500_000, '2 h 5 min'],
])('%i milliseconds are "%s"', (milliseconds, expected) => {
  expect(durationText(milliseconds)).toBe(expected);
});
