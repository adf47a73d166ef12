import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createProgress, type JobFacts, type ProgressOptions } from '../../src/jobs/progress.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Creates an estimator with a settable clock, and helpers that generate jobs. */
function startProgress(options: ProgressOptions = {}) {
  const clock = { at: START };
  // The monotonic clock has another origin, so that tests fail if the clocks are mixed up.
  const monotonicNow = () => clock.at - START + 5_000;
  const { recordDuration, progressOf } = createProgress({ now: () => clock.at, monotonicNow, ...options });
  let count = 0;
  return {
    clock,
    recordDuration,
    progressOf,
    /** Records completed jobs with these durations, in order of completion. */
    recordAll: (durationList: readonly number[], className = 'class') => {
      for (const milliseconds of durationList) {
        count++;
        recordDuration(
          finished({ name: `past ${count}`, classes: [className], finishedAt: new Date(START + count), milliseconds }),
        );
      }
    },
    /** Returns the progress of a job after an elapsed time, in milliseconds. */
    progressAfter: (elapsed: number, facts: Partial<JobFacts> = {}) => {
      clock.at = START + elapsed;
      return progressOf(running(facts));
    },
    /** The typical duration of the class, in minutes: twice the remaining time at a reported progress of 0.5. */
    typical: () => {
      const { estimatedCompletionAt } = progressOf(running({ name: 'half', reported: 0.5 }));
      return ((estimatedCompletionAt?.getTime() ?? Number.NaN) - clock.at) / (MINUTE / 2);
    },
  };
}

const running = (facts: Partial<JobFacts> = {}): JobFacts => ({
  name: 'job',
  classes: ['class'],
  phase: 'running',
  createdAt: new Date(START),
  ...facts,
});

const finished = ({
  milliseconds,
  finishedAt = new Date(START),
  ...facts
}: Partial<JobFacts> & { milliseconds: number; finishedAt?: Date }): JobFacts => ({
  name: 'past',
  classes: ['class'],
  phase: 'completed',
  createdAt: new Date(finishedAt.getTime() - milliseconds),
  finishedAt,
  ...facts,
});

const UNKNOWN = { fraction: null, isEstimated: false, estimatedCompletionAt: null, likelyCompletedBy: null };

const duration = () => fc.integer({ min: 1, max: 30 * DAY });
const durations = () => fc.array(duration(), { minLength: 1, maxLength: 30 });
const reported = () => fc.option(fc.double({ min: 0, max: 1, noNaN: true }));

describe('progress of a finished job', () => {
  test.each<[what: string, facts: Partial<JobFacts>, fraction: number | null]>([
    ['is 1 for a completed job', { phase: 'completed' }, 1],
    ['is 1 for a completed job, whatever the last reported value was', { phase: 'completed', reported: 0.4 }, 1],
    ['is the last reported value for a failed or canceled job', { phase: 'ended', reported: 0.4 }, 0.4],
    ['is the last reported value for a failed or canceled job, even 1', { phase: 'ended', reported: 1 }, 1],
    ['is null for a failed or canceled job without a reported value', { phase: 'ended' }, null],
  ])('the progress %s', (_, facts, fraction) => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([MINUTE]);
    progressAfter(MINUTE / 2);

    expect(progressAfter(MINUTE / 2, facts)).toEqual({ ...UNKNOWN, fraction });
  });
});

describe('progress of a running job that the upstream reports', () => {
  test.each<[value: number, fraction: number]>([
    [0, 0],
    [0.25, 0.25],
    [0.995, 0.995],
    [0.9999, 0.999],
    [1, 0.999],
  ])('a reported progress of %d is returned as %d, not as an estimate', (value, fraction) => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([MINUTE]);

    expect(progressAfter(0, { reported: value })).toMatchObject({ fraction, isEstimated: false });
  });

  test('a reported progress is returned even if it is lower than before', () => {
    const { progressAfter } = startProgress();

    expect([0.5, 0.2, 0.7].map((value) => progressAfter(MINUTE, { reported: value }).fraction)).toEqual([
      0.5, 0.2, 0.7,
    ]);
  });

  test('the remaining time of a job with a reported progress follows the durations of other jobs', () => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([10 * MINUTE]);
    const end = new Date(START + MINUTE + 7.5 * MINUTE);

    expect(progressAfter(MINUTE, { reported: 0.25 }).estimatedCompletionAt).toEqual(end);
    expect(progressAfter(MINUTE, { reported: 0.25, createdAt: null }).estimatedCompletionAt).toEqual(end);
  });

  test.each<[what: string, facts: Partial<JobFacts>, elapsed: number, end: number | null]>([
    ['is extrapolated', { reported: 0.25 }, MINUTE, 4 * MINUTE],
    ['is extrapolated from a progress of 0.05', { reported: 0.05 }, MINUTE, 20 * MINUTE],
    ['is null below a progress of 0.05', { reported: 0.049 }, MINUTE, null],
    ['is null without a creation date', { reported: 0.5, createdAt: null }, MINUTE, null],
    ['is null at the time of creation', { reported: 0.5 }, 0, null],
    ['is null if the creation date is in the future', { reported: 0.5 }, -MINUTE, null],
  ])('without durations of other jobs, the estimated completion %s', (_, facts, elapsed, end) => {
    const { progressAfter } = startProgress();
    const { estimatedCompletionAt } = progressAfter(elapsed, facts);

    expect(estimatedCompletionAt).toEqual(end === null ? null : new Date(START + end));
  });
});

describe('estimated progress of a running job', () => {
  test.each<[elapsed: number, fraction: number]>([
    [0, 0],
    [0.25, 0.25],
    [0.5, 0.5],
    [0.999, 0.999],
    [0.9999, 0.999],
  ])('after %d times the duration of earlier jobs, the progress is %d', (elapsed, fraction) => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([MINUTE]);

    expect(progressAfter(elapsed * MINUTE)).toEqual({
      fraction,
      isEstimated: true,
      estimatedCompletionAt: new Date(START + MINUTE),
      likelyCompletedBy: null,
    });
  });

  test('a job whose creation date is in the future has a progress of 0', () => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([MINUTE]);

    expect(progressAfter(-MINUTE)).toMatchObject({ fraction: 0, estimatedCompletionAt: new Date(START) });
  });

  test('a job that takes longer than all earlier ones keeps its progress and has no estimated completion', () => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([MINUTE]);
    progressAfter(0.9 * MINUTE);

    for (const elapsed of [1, 2, 1_000]) {
      expect(progressAfter(elapsed * MINUTE)).toEqual({ ...UNKNOWN, fraction: 0.9, isEstimated: true });
      expect(progressAfter(elapsed * MINUTE, { name: 'seen first in the tail' })).toEqual(UNKNOWN);
    }
  });

  test.each<[what: string, facts: Partial<JobFacts>]>([
    ['its creation date is null', { createdAt: null }],
    ['its creation date is undefined', { createdAt: undefined }],
    ['its creation date is invalid', { createdAt: new Date(Number.NaN) }],
    ['no durations of its class are known', { classes: ['another class'] }],
  ])('the progress of a job is null if %s', (_, facts) => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([MINUTE]);

    expect(progressAfter(MINUTE / 2, facts)).toEqual(UNKNOWN);
  });

  test.each([Number.NaN, -0.1, 1.1, Number.POSITIVE_INFINITY, null, undefined])(
    'a reported progress of %s is ignored',
    (value) => {
      const { recordAll, progressAfter } = startProgress();
      recordAll([MINUTE]);

      expect(progressAfter(MINUTE / 2, { reported: value })).toMatchObject({ fraction: 0.5, isEstimated: true });
      expect(progressAfter(MINUTE / 2, { reported: value, phase: 'ended' })).toMatchObject({ fraction: null });
    },
  );

  test('the estimated completion is at least one millisecond in the future', () => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([1]);

    expect(progressAfter(0.5).estimatedCompletionAt).toEqual(new Date(START + 1));
    expect(progressAfter(1, { reported: 1 }).estimatedCompletionAt).toEqual(new Date(START + 2));
  });

  test('an estimated completion beyond the range of dates is null', () => {
    const { recordAll, recordDuration, progressAfter } = startProgress();
    recordDuration(finished({ milliseconds: 8.64e15 + START }));

    expect(progressAfter(MINUTE)).toMatchObject({ isEstimated: true, estimatedCompletionAt: null });
    recordAll(Array<number>(9).fill(2 * MINUTE));
    expect(progressAfter(MINUTE).estimatedCompletionAt).not.toBeNull();
  });

  test('the estimated completion never becomes earlier without new durations', () => {
    fc.assert(
      fc.property(durations(), fc.array(fc.nat(100 * DAY), { minLength: 2 }), (durationList, times) => {
        const { recordAll, progressAfter } = startProgress();
        recordAll(durationList);
        const ends = times
          .toSorted((a, b) => a - b)
          .flatMap((elapsed) => progressAfter(elapsed).estimatedCompletionAt?.getTime() ?? []);

        // Dates are rounded to milliseconds.
        ends.reduce((before, end) => {
          expect(end).toBeGreaterThanOrEqual(before - 1);
          return end;
        }, 0);
      }),
    );
  });
});

describe('consistency of progress', () => {
  const event = () =>
    fc.oneof(
      fc.record({ advance: fc.integer({ min: -2 * DAY, max: 10 * DAY }) }),
      fc.record({ recordAll: fc.array(duration(), { maxLength: 5 }) }),
      fc.record({ value: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ poll: fc.constant(true) }),
    );

  test('an estimate is never lower than an earlier progress, and always below 1', () => {
    fc.assert(
      fc.property(fc.array(event(), { maxLength: 50 }), (events) => {
        const { clock, recordAll, progressOf } = startProgress();
        let highest = 0;
        for (const event of events) {
          if ('advance' in event) clock.at += event.advance;
          if ('recordAll' in event) recordAll(event.recordAll);
          const { fraction, isEstimated, estimatedCompletionAt, likelyCompletedBy } = progressOf(
            running('value' in event ? { reported: event.value } : {}),
          );

          expect(fraction ?? 0).toBeLessThan(1);
          if (isEstimated) expect(fraction).toBeGreaterThanOrEqual(highest);
          if (estimatedCompletionAt) expect(estimatedCompletionAt.getTime()).toBeGreaterThan(clock.at);
          if (likelyCompletedBy)
            expect(+likelyCompletedBy).toBeGreaterThanOrEqual(+(estimatedCompletionAt ?? clock.at));
          highest = Math.max(highest, fraction ?? 0);
        }
      }),
    );
  });

  test('`isEstimated` is true exactly for estimates', () => {
    fc.assert(
      fc.property(durations(), fc.nat(100 * DAY), reported(), (durationList, elapsed, value) => {
        const { recordAll, progressAfter } = startProgress();
        recordAll(durationList);

        const { fraction, isEstimated } = progressAfter(elapsed, { reported: value });
        expect(isEstimated).toBe(value === null && fraction !== null);
      }),
    );
  });

  test('the progress does not decrease if other jobs take longer', () => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([10 * MINUTE]);
    const before = progressAfter(5 * MINUTE);
    recordAll(Array<number>(9).fill(20 * MINUTE));
    const behind = progressAfter(6 * MINUTE);

    expect([before.fraction, behind.fraction, progressAfter(11 * MINUTE).fraction]).toEqual([0.5, 0.5, 0.55]);
    expect(behind.estimatedCompletionAt).toEqual(new Date(START + 20 * MINUTE));
  });

  test('the progress does not decrease if the clock is set back', () => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([10 * MINUTE]);

    expect([5, 2, -3, 6].map((minutes) => progressAfter(minutes * MINUTE).fraction)).toEqual([0.5, 0.5, 0.5, 0.6]);
  });

  test('an estimate is not lower than the last reported progress', () => {
    const { recordAll, progressAfter } = startProgress();
    recordAll([10 * MINUTE]);
    progressAfter(MINUTE, { reported: 0.4 });

    expect(progressAfter(2 * MINUTE)).toMatchObject({ fraction: 0.4, isEstimated: true });
    expect(progressAfter(5 * MINUTE)).toMatchObject({ fraction: 0.5, isEstimated: true });
  });
});

describe('recorded durations', () => {
  test.each<[what: string, facts: Partial<JobFacts>]>([
    ['that failed or was canceled', { phase: 'ended' }],
    ['that is running', { phase: 'running' }],
    ['without a creation date', { createdAt: null }],
    ['without a completion date', { finishedAt: null }],
    ['with an invalid completion date', { finishedAt: new Date(Number.NaN) }],
    ['with a duration of 0', { createdAt: new Date(START), finishedAt: new Date(START) }],
    ['with a negative duration', { createdAt: new Date(START + 1), finishedAt: new Date(START) }],
  ])('the duration of a job %s is not recorded', (_, facts) => {
    const { recordDuration, progressAfter } = startProgress();
    recordDuration({ ...finished({ milliseconds: MINUTE }), ...facts });

    expect(progressAfter(MINUTE / 2).fraction).toBeNull();
  });

  test.each<[durationList: number[], median: number]>([
    [[4], 4],
    [[2, 4], 3],
    [[9, 1, 4], 4],
    [[1, 9, 5, 3], 4],
  ])('the typical duration of jobs of %j minutes is their median, %d', (durationList, median) => {
    const { recordAll, typical } = startProgress();
    recordAll(durationList.map((minutes) => minutes * MINUTE));

    expect(typical()).toBe(median);
  });

  test('a job is counted once, however often it is recorded', () => {
    const { recordAll, recordDuration, typical } = startProgress();
    const seen = finished({ milliseconds: 4 * MINUTE });
    for (let time = 0; time < 10; time++) recordDuration(seen);
    recordAll([16 * MINUTE]);

    expect(typical()).toBe(10);
  });

  test('a job that newer ones have replaced is not counted again', () => {
    const { recordAll, recordDuration, typical } = startProgress({ samples: 1 });
    const seen = finished({ milliseconds: 4 * MINUTE });
    recordDuration(seen);
    recordAll([10 * MINUTE]);
    recordDuration(seen);

    expect(typical()).toBe(10);
  });

  test('the most recently finished jobs are counted, in whatever order they are recorded', () => {
    const jobs = fc.uniqueArray(
      fc.record({
        name: fc.string(),
        finishedAt: fc.integer({ min: START - 5, max: START }).map((at) => new Date(at)),
        milliseconds: duration(),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 12 },
    );
    const progressWith = (past: readonly { name: string; finishedAt: Date; milliseconds: number }[]) => {
      const { recordDuration, progressAfter, typical } = startProgress({ samples: 3 });
      for (const job of past) recordDuration(finished(job));
      return [progressAfter(MINUTE), typical()];
    };

    fc.assert(
      fc.property(
        jobs.chain((past) => fc.tuple(fc.constant(past), fc.shuffledSubarray(past, { minLength: past.length }))),
        ([past, shuffled]) => {
          expect(progressWith(shuffled)).toEqual(progressWith(past));
        },
      ),
    );
  });

  test('an outlier hardly affects the estimate', () => {
    const usual = fc.integer({ min: 9 * MINUTE, max: 11 * MINUTE });
    const wild = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: DAY, max: 10_000 * DAY }));

    fc.assert(
      fc.property(
        fc.array(usual, { minLength: 10, maxLength: 39 }),
        wild,
        fc.nat(),
        fc.integer({ min: 0, max: 5 * MINUTE }),
        (durationList, outlier, index, elapsed) => {
          const { recordAll, progressAfter } = startProgress();
          recordAll(durationList.toSpliced(index % (durationList.length + 1), 0, outlier));
          const { fraction } = progressAfter(elapsed);

          // Durations that increase or decrease by chance are continued.
          expect(fraction).toBeGreaterThanOrEqual(elapsed / (14 * MINUTE));
          expect(fraction).toBeLessThanOrEqual(elapsed / (7 * MINUTE));
        },
      ),
    );
  });

  test('classes do not affect each other', () => {
    fc.assert(
      fc.property(durations(), durations(), fc.nat(100 * DAY), (ours, theirs, elapsed) => {
        const alone = startProgress();
        alone.recordAll(ours, 'ours');
        const among = startProgress();
        among.recordAll(ours, 'ours');
        among.recordAll(theirs, 'theirs');
        among.progressAfter(elapsed, { name: 'their job', classes: ['theirs'] });

        expect(among.progressAfter(elapsed, { classes: ['ours'] })).toEqual(
          alone.progressAfter(elapsed, { classes: ['ours'] }),
        );
      }),
    );
  });
});

describe('bounds of the caches', () => {
  const names = fc.array(
    fc.nat(20).map((number) => `name ${number}`),
    { minLength: 1, maxLength: 60 },
  );
  const bound = fc.integer({ min: 1, max: 5 });

  test('the most recently used classes are kept', () => {
    fc.assert(
      fc.property(names, bound, (used, classes) => {
        const { recordAll, progressAfter } = startProgress({ classes });
        for (const name of used) recordAll([MINUTE], name);
        const known = [...new Set(used)].filter(
          (name) => progressAfter(1, { name, classes: [name] }).fraction !== null,
        );

        expect(known.length).toBe(Math.min(classes, new Set(used).size));
        expect(known).toContain(used.at(-1));
      }),
    );
  });

  test('the most recently used jobs are kept', () => {
    fc.assert(
      fc.property(names, bound, (used, jobs) => {
        const { recordAll, progressAfter } = startProgress({ jobs, samples: 1 });
        recordAll([10 * MINUTE]);
        for (const name of used) progressAfter(5 * MINUTE, { name });
        recordAll([20 * MINUTE]);
        const newestFirst = [...new Set(used.toReversed())];

        for (const [index, name] of newestFirst.slice(0, jobs + 1).entries()) {
          expect(progressAfter(5 * MINUTE, { name }).fraction).toBe(index < jobs ? 0.5 : 0.25);
        }
      }),
    );
  });

  test('the durations of the most recently finished jobs are kept', () => {
    fc.assert(
      fc.property(durations(), fc.integer({ min: 1, max: 10 }), (durationList, samples) => {
        const all = startProgress({ samples });
        all.recordAll(durationList);
        const last = startProgress({ samples: 100 });
        last.recordAll(durationList.slice(-samples));

        expect(all.progressAfter(MINUTE)).toEqual(last.progressAfter(MINUTE));
        expect(all.typical()).toEqual(last.typical());
      }),
    );
  });

  test('estimates use the last 40 durations by default', () => {
    const { recordAll, typical } = startProgress();
    // Of the last 40 durations, half are short and half are long, so the median is their mean.
    recordAll(Array<number>(60).fill(5 * MINUTE));
    recordAll(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 5 : 15) * MINUTE));

    expect(typical()).toBe(10);
  });

  test('bounds use the last 100 durations by default', () => {
    const { recordAll, progressAfter } = startProgress();
    // Nine of the last hundred jobs, and many before, took ten minutes: just enough for a bound.
    recordAll(Array<number>(50).fill(10 * MINUTE));
    recordAll(Array.from({ length: 100 }, (_, index) => (index % 11 === 0 && index < 99 ? 10 : 5) * MINUTE));
    expect(progressAfter(6 * MINUTE).likelyCompletedBy).toEqual(new Date(START + 10 * MINUTE));

    recordAll([5 * MINUTE]);
    expect(progressAfter(6 * MINUTE).likelyCompletedBy).toBeNull();
  });
});
