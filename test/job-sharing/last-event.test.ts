import { expect, test } from 'vitest';
import { LastEvent } from '../../src/job-sharing/shared-job.ts';
import type { Job } from '../../src/jobs/source.ts';

const job: Job<number, string> = {
  key: 'j',
  name: 'j',
  pace: { fastest: 1, slowest: 1 },
  read: () => Promise.reject(new Error('unexpected read')),
  isFinished: (state) => state === 100,
  isChange: (before, after) => before !== after,
  isOlder: (state, than) => state < than,
  classifyError: () => 'final',
  retryAfter: () => undefined,
};

/** Takes states of feeds, each with the time at which it was read. */
function take(...events: readonly (readonly [state: number, feed: number, readAt: number, isStale?: boolean])[]) {
  const last = new LastEvent(job);
  return events.map(([state, feed, readAt, isStale = false]) => {
    const checkedAt = new Date(readAt);
    return last.take({ key: 'j', state, checkedAt, ...(isStale && { staleSince: checkedAt }) }, feed, readAt);
  });
}

test.each([
  ['the events of one feed are news', take([1, 1, 0], [2, 1, 10], [100, 1, 20]), ['news', 'news', 'news']],
  ['an equal state of another feed is not', take([1, 1, 0], [1, 2, 10], [2, 2, 20]), ['news', 'same', 'news']],
  ['a state that was read before is older', take([5, 1, 10], [7, 2, 5]), ['news', 'older']],
  [
    'an older state is doubted until it is read again',
    take([5, 1, 10], [4, 2, 20], [4, 2, 30]),
    ['news', 'older', 'news'],
  ],
  ['a final state is news, whenever it was read', take([5, 1, 10], [100, 2, 5]), ['news', 'news']],
  ['a final state comes once', take([100, 1, 10], [5, 2, 20], [100, 2, 30]), ['news', 'same', 'same']],
  ['staleness is news once', take([1, 1, 0], [1, 2, 0, true], [1, 2, 0, true]), ['news', 'news', 'same']],
  ['staleness ends with a later read', take([1, 1, 0, true], [1, 2, 0], [1, 2, 50]), ['news', 'same', 'news']],
])('%s', (_, news, expected) => {
  expect(news).toEqual(expected);
});

test('a job whose deletion failed is reported, one that is gone is not', () => {
  const state = { key: 'j', state: 5, checkedAt: new Date(0) };
  const deleted = { ...job, isDeleted: () => true };
  const existing = new LastEvent(deleted);
  const gone = new LastEvent(deleted);
  gone.take({ key: 'j', error: new Error('not found'), wasSeen: true }, 1, 0);

  expect(existing.take(state, 1, 0)).toBe('news');
  expect(gone.take(state, 2, 10)).toBe('same');
});
