import { describe, expect, test } from 'vitest';
import { createProgress, type JobFacts } from '../../src/jobs/progress.ts';
import { seededIntegers } from '../support/draws.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
/** Number of jobs of one class, which run one after the other. The first ones only fill the cache. */
const JOBS = 400;
const FIRST_JOBS = 100;
/** Elapsed shares of the life of each job at which its progress is read. */
const EARLY = [0, 0.2, 0.4, 0.6, 0.8];
const LATE = [0.91, 0.93, 0.95, 0.97, 0.99];

/** Random numbers with a fixed seed, so that each run draws the same durations. */
function createDraws(seed: number) {
  const integer = seededIntegers(seed);
  const uniform = () => (integer(1_000_000) + 0.5) / 1_000_000;
  return {
    uniform,
    exponential: () => -Math.log(uniform()),
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

type Draws = ReturnType<typeof createDraws>;
/** The duration of the n-th job, in minutes. */
type Durations = (draws: Draws, index: number) => number;

/** The estimates for jobs with these durations, at these shares of each job's life. */
function estimates(durations: Durations, shares: readonly number[]) {
  const clock = { at: START };
  const { recordDuration, progressOf } = createProgress({ now: () => clock.at, monotonicNow: () => clock.at });
  const draws = createDraws(7);
  const ratios: number[] = [];
  const bounds: boolean[] = [];
  for (let index = 0; index < JOBS; index++) {
    const duration = Math.max(1, durations(draws, index) * MINUTE);
    const facts: JobFacts = {
      name: `job ${index}`,
      classes: ['class'],
      phase: 'running',
      createdAt: new Date(clock.at),
    };
    const end = clock.at + duration;
    for (const share of index < FIRST_JOBS ? [] : shares) {
      clock.at = end - duration * (1 - share);
      const { estimatedCompletionAt, likelyCompletedBy } = progressOf(facts);
      if (estimatedCompletionAt) ratios.push((estimatedCompletionAt.getTime() - clock.at) / (end - clock.at));
      // Dates are whole milliseconds, rounded up.
      if (likelyCompletedBy) bounds.push(likelyCompletedBy.getTime() >= Math.floor(end));
    }
    clock.at = end;
    recordDuration({ ...facts, phase: 'completed', finishedAt: new Date(end) });
  }
  const moments = (JOBS - FIRST_JOBS) * shares.length;
  return {
    /** Median of estimated ÷ actual remaining time. */
    ratio: ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)],
    /** Share of the moments with an estimate. */
    estimated: ratios.length / moments,
    /** Share of the moments with a bound. */
    bounded: bounds.length / moments,
    /** Share of the bounds that held. */
    held: bounds.filter(Boolean).length / bounds.length,
  };
}

/** Minimum shares of the moments with an estimate: in the last tenth of each job's life, and before. */
const DURATIONS: readonly [name: string, durations: Durations, late: number, early: number][] = [
  ['exactly bimodal', ({ uniform }) => (uniform() < 0.5 ? 1 : 10), 0.4, 0.1],
  ['bimodal', ({ uniform, normal }) => (uniform() < 0.5 ? 1 : 10) * (1 + 0.05 * normal()), 0.25, 0.1],
  ['unevenly bimodal', ({ uniform, normal }) => (uniform() < 0.9 ? 1 : 3) * (1 + 0.05 * normal()), 0.4, 0.4],
  ['constant', () => 10, 1, 1],
  ['nearly constant', ({ normal }) => 10 * (1 + 0.05 * normal()), 0.7, 0.9],
  ['varying by a tenth', ({ uniform }) => 10 * (0.9 + 0.2 * uniform()), 0.6, 0.9],
  ['increasing', (_, index) => 10 + index * 0.1, 1, 1],
  ['decreasing', (_, index) => 100 * 0.997 ** index, 1, 1],
  ['increasing and varying', ({ normal }, index) => (10 + index * 0.1) * (1 + 0.05 * normal()), 0.6, 0.9],
  ['decreasing and varying', ({ normal }, index) => 100 * 0.997 ** index * (1 + 0.05 * normal()), 0.6, 0.9],
  [
    'rising and falling',
    ({ normal }, index) => 10 * (1 + 0.5 * Math.sin(index / 40)) * (1 + 0.03 * normal()),
    0.6,
    0.9,
  ],
  ['stepping', ({ normal }, index) => (index % 200 < 100 ? 10 : 20) * (1 + 0.03 * normal()), 0.5, 0.7],
];
const exponential: Durations = (draws) => draws.exponential();

describe('estimates over many jobs', () => {
  test.each(DURATIONS)(
    'in the last tenth of jobs with %s durations, the median of estimated ÷ actual remaining time is from 0.5 to 2',
    (_, durations, minEstimated) => {
      const { ratio, estimated } = estimates(durations, LATE);

      expect(estimated).toBeGreaterThanOrEqual(minEstimated);
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
    },
  );

  test.each(DURATIONS)(
    'before the last tenth of jobs with %s durations, the estimates are close in the median',
    (_, durations, __, minEstimated) => {
      const { ratio, estimated } = estimates(durations, EARLY);

      expect(estimated).toBeGreaterThanOrEqual(minEstimated);
      expect(ratio).toBeGreaterThan(0.8);
      expect(ratio).toBeLessThan(1.25);
    },
  );

  test('the end of a job that may end at any time is not estimated, but bounded', () => {
    expect(estimates(exponential, EARLY).estimated).toBeLessThan(0.01);
    expect(estimates(exponential, LATE).estimated).toBeLessThan(0.01);

    const { held, bounded } = estimates(exponential, [0, 0.5, 0.95]);
    expect(held).toBeGreaterThan(0.85);
    expect(bounded).toBeGreaterThan(0.8);
  });

  test.each(DURATIONS)(
    'nine of ten jobs with %s durations end by the bound that they have at their start',
    (_, durations) => {
      const { held, bounded } = estimates(durations, [0]);

      expect(bounded).toBeGreaterThan(0.9);
      expect(held).toBeGreaterThan(0.85);
    },
  );
});

describe('the bound of a running job', () => {
  test.each([
    [8, null],
    [9, 9],
    [10, 10],
    [19, 18],
    [29, 27],
  ])('of %i earlier jobs that took 1, 2, 3 … minutes, it is %s minutes', (count, minutes) => {
    const { recordDuration, progressOf } = createProgress({ now: () => START, monotonicNow: () => 0 });
    for (let index = 0; index < count; index++) {
      // In an order without a trend.
      recordDuration(past(`past ${index}`, (((index * 7) % count) + 1) * MINUTE, index));
    }

    const bound = minutes === null ? null : new Date(START + minutes * MINUTE);
    expect(progressOf(running()).likelyCompletedBy).toEqual(bound);
  });

  test('it is never before the estimated completion', () => {
    const { recordDuration, progressOf } = createProgress({ now: () => START + 9 * MINUTE, monotonicNow: () => 0 });
    for (let index = 0; index < 20; index++) recordDuration(past(`past ${index}`, 10 * MINUTE, index));

    const { estimatedCompletionAt, likelyCompletedBy } = progressOf(running({ reported: 0.5 }));

    expect(estimatedCompletionAt).toEqual(new Date(START + 14 * MINUTE));
    expect(likelyCompletedBy).toEqual(estimatedCompletionAt);
  });
});

describe('classes', () => {
  const startWith = (...jobs: readonly [classes: string[], minutes: number][]) => {
    const { recordDuration, progressOf } = createProgress({ now: () => START + MINUTE, monotonicNow: () => 0 });
    for (const [index, [classes, minutes]] of jobs.entries()) {
      recordDuration({ ...past(`past ${index}`, minutes * MINUTE, index), classes });
    }
    return (classes: string[]) => progressOf(running({ name: `job of ${classes}`, classes })).fraction;
  };

  test('a job is compared with the jobs of its narrowest class', () => {
    const fractionOf = startWith([['4 steps', 'all'], 2], [['50 steps', 'all'], 10], [['50 steps', 'all'], 10]);

    expect([fractionOf(['4 steps', 'all']), fractionOf(['50 steps', 'all'])]).toEqual([0.5, 0.1]);
  });

  test('a job whose narrow class is unknown is compared with those of the wider one', () => {
    const fractionOf = startWith([['4 steps', 'all'], 4], [['8 steps', 'all'], 4]);

    expect([fractionOf(['50 steps', 'all']), fractionOf(['all'])]).toEqual([0.25, 0.25]);
  });
});

describe('the start of a job', () => {
  /** Starts an estimator whose wall clock is useless, and observes jobs at the given minutes. */
  function observe() {
    const clock = { minutes: 0 };
    const estimator = createProgress({ now: () => START, monotonicNow: () => clock.minutes * MINUTE });
    const job = (name: string, phase: JobFacts['phase']) => running({ name, phase, createdAt: null });
    return {
      ...estimator,
      /** Reads the phase of a job at some minute. */
      see: (minutes: number, name: string, phase: JobFacts['phase']) => {
        clock.minutes = minutes;
        estimator.recordDuration(job(name, phase));
        return estimator.progressOf(job(name, phase));
      },
    };
  }

  /** A job that waits for ten minutes, and then is processed for ten minutes. */
  function seeWholeJob({ see }: ReturnType<typeof observe>, name: string) {
    for (const [minutes, phase] of [
      [0, 'queued'],
      [9.5, 'queued'],
      [10.5, 'running'],
      [19.5, 'running'],
      [20.5, 'completed'],
    ] as const) {
      see(minutes, name, phase);
    }
  }

  test('a job in the queue has no estimate', () => {
    const observer = observe();
    seeWholeJob(observer, 'earlier');

    expect(observer.see(25, 'later', 'queued')).toEqual(UNKNOWN);
  });

  test('a progress that the upstream reports for a job in the queue is passed on', () => {
    const { progressOf } = observe();

    expect(progressOf(running({ phase: 'queued', reported: 0 }))).toEqual({ ...UNKNOWN, fraction: 0 });
  });

  test('a job is compared with the processing times of others from when it left the queue', () => {
    const observer = observe();
    seeWholeJob(observer, 'earlier');
    observer.see(25, 'later', 'queued');
    observer.see(99, 'later', 'queued');
    observer.see(101, 'later', 'running');

    expect(observer.see(105, 'later', 'running')).toMatchObject({
      fraction: 0.5,
      isEstimated: true,
      estimatedCompletionAt: new Date(START + 5 * MINUTE),
    });
  });

  test('a job that returns to the queue starts again', () => {
    const observer = observe();
    seeWholeJob(observer, 'earlier');
    observer.see(0, 'later', 'queued');
    observer.see(1, 'later', 'running');
    observer.see(5, 'later', 'queued');
    observer.see(6, 'later', 'running');

    expect(observer.see(8, 'later', 'running').fraction).toBe(0.25);
  });

  test('a job whose start is too uncertain has no estimate', () => {
    const observer = observe();
    seeWholeJob(observer, 'earlier');
    observer.see(20, 'later', 'queued');

    expect(observer.see(23, 'later', 'running')).toEqual(UNKNOWN);
  });

  test('the processing time of a job that was rarely observed is not recorded', () => {
    const observer = observe();
    observer.see(0, 'earlier', 'queued');
    observer.see(1, 'earlier', 'running');
    observer.see(10, 'earlier', 'completed');
    observer.see(11, 'later', 'queued');

    expect(observer.see(12, 'later', 'running')).toEqual(UNKNOWN);
  });

  test.each(['ended', 'unknown'] as const)('a job whose phase is %s has no processing time', (phase) => {
    const observer = observe();
    observer.see(0, 'earlier', 'queued');
    observer.see(1, 'earlier', 'running');
    observer.see(10, 'earlier', 'running');
    observer.see(10.5, 'earlier', phase);
    observer.see(11, 'later', 'queued');

    expect(observer.see(12, 'later', 'running')).toEqual(UNKNOWN);
  });

  test('the processing time is recorded once, whatever is read after the completion', () => {
    const observer = observe();
    seeWholeJob(observer, 'earlier');
    observer.see(20.6, 'earlier', 'queued');
    observer.see(20.7, 'earlier', 'running');
    observer.see(90, 'earlier', 'running');
    observer.see(91, 'earlier', 'completed');
    observer.see(99.5, 'later', 'queued');
    observer.see(100.5, 'later', 'running');

    expect(observer.see(102, 'later', 'running').fraction).toBe(0.2);
  });

  test('a job that was not seen in the queue is compared by its age with the ages of others', () => {
    const observer = observe();
    seeWholeJob(observer, 'earlier');
    observer.recordDuration(past('another', 40 * MINUTE, 0));

    const { fraction } = observer.progressOf(running({ createdAt: new Date(START - 10 * MINUTE) }));

    expect(fraction).toBe(0.25);
  });
});

const UNKNOWN = { fraction: null, isEstimated: false, estimatedCompletionAt: null, likelyCompletedBy: null };

const running = (facts: Partial<JobFacts> = {}): JobFacts => ({
  name: 'job',
  classes: ['class'],
  phase: 'running',
  createdAt: new Date(START),
  ...facts,
});

const past = (name: string, milliseconds: number, order: number): JobFacts => {
  const finishedAt = new Date(START + order);
  return { ...running({ name, phase: 'completed' }), finishedAt, createdAt: new Date(+finishedAt - milliseconds) };
};
