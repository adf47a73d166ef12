import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFinished, type JobRecord, stateAt } from '../../src/sandbox/lifecycle.ts';

const job = (changes: Partial<JobRecord> = {}): JobRecord => ({
  createdAt: 1_000,
  duration: 10_000,
  failure: null,
  cancelRequestedAt: null,
  ...changes,
});
const at = (share: number) => 1_000 + share * 10_000;

const anyJob = fc.record({
  createdAt: fc.integer({ min: 0, max: 1e12 }),
  duration: fc.integer({ min: 0, max: 1e9 }),
  failure: fc.option(fc.string()),
  cancelRequestedAt: fc.constant(null),
});
const share = fc.double({ min: 0, max: 1.5, noNaN: true });

describe('the state of a job', () => {
  test.each([
    [0, 'queued', 0],
    [0.099, 'queued', 0],
    [0.1, 'processing', 0],
    [0.55, 'processing', 0.5],
    [0.999, 'processing', 0.999],
    [1, 'completed', 1],
    [50, 'completed', 1],
  ])('a job at %d of its duration is %s with progress %d', (share, status, progress) => {
    expect(stateAt(job(), at(share))).toMatchObject({ status, progress, error: null });
  });

  test('finishedAt is null until the job has finished', () => {
    expect(stateAt(job(), at(0.99)).finishedAt).toBeNull();
    expect(stateAt(job(), at(7)).finishedAt).toBe(at(1));
  });

  test('a failing job fails before its full duration, with its error and its progress', () => {
    const failing = job({ failure: 'too few images' });
    expect(stateAt(failing, at(0.59))).toMatchObject({ status: 'processing', error: null });
    expect(stateAt(failing, at(2))).toEqual({
      status: 'failed',
      progress: 0.556,
      finishedAt: at(0.6),
      error: 'too few images',
    });
  });

  test('a job with duration 0 is completed at once', () => {
    expect(stateAt(job({ duration: 0 }), 1_000)).toMatchObject({ status: 'completed', progress: 1 });
  });

  test('a job is queued if the clock is before its creation', () => {
    expect(stateAt(job(), 0)).toMatchObject({ status: 'queued', progress: 0 });
  });

  test('progress never decreases, and a finished job never changes', () => {
    fc.assert(
      fc.property(anyJob, share, share, (record, a, b) => {
        const [early, late] = [a, b]
          .sort((x, y) => x - y)
          .map((part) => stateAt(record, record.createdAt + part * record.duration));
        expect(late?.progress).toBeGreaterThanOrEqual(early?.progress ?? 0);
        if (early && isFinished(early)) expect(late).toEqual(early);
      }),
    );
  });

  test('a canceled job keeps its progress; a cancel request in its last tenth has no effect', () => {
    fc.assert(
      fc.property(anyJob, fc.double({ min: 0, max: 0.999, noNaN: true }), (record, part) => {
        const end = stateAt(record, Number.MAX_SAFE_INTEGER).finishedAt ?? 0;
        const cancelRequestedAt = Math.floor(record.createdAt + part * (end - record.createdAt));
        const before = stateAt(record, cancelRequestedAt);
        fc.pre(!isFinished(before) && Math.abs(part - 0.9) > 0.01 && end - record.createdAt > 1_000);
        const after = stateAt({ ...record, cancelRequestedAt }, end + 1);
        if (part < 0.9)
          expect(after).toEqual({
            status: 'canceled',
            progress: before.progress,
            finishedAt: cancelRequestedAt,
            error: null,
          });
        else expect(after).toEqual(stateAt(record, end + 1));
      }),
    );
  });
});
