import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createProgress, type JobFacts, type ProgressOptions } from '../../src/jobs/progress.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Jobs whose names and times follow from their number, and a clock that only the test turns, to and fro. */
function startProgress(options: ProgressOptions = {}) {
  const clock = { at: START };
  const { learn, of } = createProgress({ now: () => clock.at, ...options });
  let count = 0;
  return {
    clock,
    learn,
    of,
    /** Learns jobs that took so long, each finished after the one before. */
    teach: (took: readonly number[], className = 'class') => {
      for (const milliseconds of took) {
        count++;
        learn(finished({ name: `past ${count}`, class: className, finishedAt: new Date(START + count), milliseconds }));
      }
    },
    /** What is told of a job that started so long ago, in milliseconds. */
    tell: (elapsed: number, facts: Partial<JobFacts> = {}) => {
      clock.at = START + elapsed;
      return of(running(facts));
    },
  };
}

const running = (facts: Partial<JobFacts> = {}): JobFacts => ({
  name: 'job',
  class: 'class',
  state: 'running',
  createdAt: new Date(START),
  ...facts,
});

const finished = ({
  milliseconds,
  finishedAt = new Date(START),
  ...facts
}: Partial<JobFacts> & { milliseconds: number; finishedAt?: Date }): JobFacts => ({
  name: 'past',
  class: 'class',
  state: 'completed',
  createdAt: new Date(finishedAt.getTime() - milliseconds),
  finishedAt,
  ...facts,
});

const duration = () => fc.integer({ min: 1, max: 30 * DAY });
const durations = () => fc.array(duration(), { minLength: 1, maxLength: 30 });
const reported = () => fc.option(fc.double({ min: 0, max: 1, noNaN: true }));

describe('a job that is over', () => {
  test.each<[what: string, facts: Partial<JobFacts>, fraction: number | null]>([
    ['is all done when it completed', { state: 'completed' }, 1],
    ['is all done when it completed, whatever the last figure was', { state: 'completed', reported: 0.4 }, 1],
    ['keeps the last figure when it failed or was canceled', { state: 'ended', reported: 0.4 }, 0.4],
    ['keeps the last figure as it is', { state: 'ended', reported: 1 }, 1],
    ['has no figure when it failed or was canceled without', { state: 'ended' }, null],
  ])('%s', (_, facts, fraction) => {
    const { teach, tell } = startProgress();
    teach([MINUTE]);
    tell(MINUTE / 2);

    expect(tell(MINUTE / 2, facts)).toEqual({ fraction, isEstimated: false, estimatedCompletionAt: null });
  });
});

describe('a running job with a figure of the upstream', () => {
  test.each<[figure: number, fraction: number]>([
    [0, 0],
    [0.25, 0.25],
    [0.995, 0.995],
    [0.9999, 0.999],
    [1, 0.999],
  ])('of %d is told as %d, and not as an estimate', (figure, fraction) => {
    const { teach, tell } = startProgress();
    teach([MINUTE]);

    expect(tell(0, { reported: figure })).toMatchObject({ fraction, isEstimated: false });
  });

  test('is told as the upstream says, also when that is less than before', () => {
    const { tell } = startProgress();

    expect([0.5, 0.2, 0.7].map((figure) => tell(MINUTE, { reported: figure }).fraction)).toEqual([0.5, 0.2, 0.7]);
  });

  test('takes for the rest of the work as long as others did', () => {
    const { teach, tell } = startProgress();
    teach([10 * MINUTE]);
    const end = new Date(START + MINUTE + 7.5 * MINUTE);

    expect(tell(MINUTE, { reported: 0.25 }).estimatedCompletionAt).toEqual(end);
    expect(tell(MINUTE, { reported: 0.25, createdAt: null }).estimatedCompletionAt).toEqual(end);
  });

  test.each<[what: string, facts: Partial<JobFacts>, elapsed: number, end: number | null]>([
    ['goes on as it went', { reported: 0.25 }, MINUTE, 4 * MINUTE],
    ['goes on as it went, from the first twentieth', { reported: 0.05 }, MINUTE, 20 * MINUTE],
    ['has no end in sight before the first twentieth', { reported: 0.049 }, MINUTE, null],
    ['has no end in sight when nobody knows its start', { reported: 0.5, createdAt: null }, MINUTE, null],
    ['has no end in sight in its first instant', { reported: 0.5 }, 0, null],
    ['has no end in sight when its start lies in the future', { reported: 0.5 }, -MINUTE, null],
  ])('%s when nothing is known of others', (_, facts, elapsed, end) => {
    const { tell } = startProgress();
    const { estimatedCompletionAt } = tell(elapsed, facts);

    expect(estimatedCompletionAt).toEqual(end === null ? null : new Date(START + end));
  });
});

describe('a running job without a figure', () => {
  test.each<[elapsed: number, fraction: number, end: number]>([
    [0, 0, 1],
    [0.25, 0.25, 1],
    [0.5, 0.5, 1],
    [0.9, 0.9, 1],
    [1, 0.91, 1 / 0.91],
    [2, 0.955, 2 / 0.955],
    [9, 0.99, 9 / 0.99],
    [1_000, 0.999, 1_000 / 0.999],
    [-1, 0, 0],
  ])('at %d times the typical duration is told as %d, ending at %d times it', (elapsed, fraction, end) => {
    const { teach, tell } = startProgress();
    teach([MINUTE]);
    const told = tell(elapsed * MINUTE);

    expect(told.fraction).toBeCloseTo(fraction, 12);
    expect(told.isEstimated).toBe(true);
    expect(told.estimatedCompletionAt?.getTime()).toBeCloseTo(Math.ceil(START + end * MINUTE), -1);
  });

  test.each<[what: string, facts: Partial<JobFacts>]>([
    ['nobody knows its start', { createdAt: null }],
    ['its start is not told', { createdAt: undefined }],
    ['its start is no time', { createdAt: new Date(Number.NaN) }],
    ['nothing is known of others of its class', { class: 'another class' }],
  ])('has no figure when %s', (_, facts) => {
    const { teach, tell } = startProgress();
    teach([MINUTE]);

    expect(tell(MINUTE / 2, facts)).toEqual({ fraction: null, isEstimated: false, estimatedCompletionAt: null });
  });

  test.each([Number.NaN, -0.1, 1.1, Number.POSITIVE_INFINITY, null, undefined])(
    'is one whose figure is %s',
    (figure) => {
      const { teach, tell } = startProgress();
      teach([MINUTE]);

      expect(tell(MINUTE / 2, { reported: figure })).toMatchObject({ fraction: 0.5, isEstimated: true });
      expect(tell(MINUTE / 2, { reported: figure, state: 'ended' })).toMatchObject({ fraction: null });
    },
  );

  test('ends ahead of now, be it by the shortest time that a date can say', () => {
    const { teach, tell } = startProgress();
    teach([1]);

    expect(tell(1).estimatedCompletionAt).toEqual(new Date(START + 2));
    expect(tell(1, { reported: 1 }).estimatedCompletionAt).toEqual(new Date(START + 2));
  });

  test('has an end in sight only as far as a date can say', () => {
    const { teach, learn, tell } = startProgress();
    learn(finished({ milliseconds: 8.64e15 + START }));

    expect(tell(MINUTE)).toMatchObject({ isEstimated: true, estimatedCompletionAt: null });
    teach([MINUTE, MINUTE]);
    expect(tell(MINUTE).estimatedCompletionAt).not.toBeNull();
  });

  test('comes as far as time goes on, without leaps', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: MINUTE, max: 30 * DAY }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (typical, ratio) => {
          const { teach, tell } = startProgress();
          teach([typical]);
          const step = 0.001;
          const before = tell(ratio * typical).fraction ?? Number.NaN;
          // Another job, which no earlier answer holds up.
          const behind = tell((ratio + step) * typical, { name: 'another job' }).fraction ?? Number.NaN;

          expect(behind).toBeGreaterThan(before);
          expect(behind - before).toBeLessThan(step * 1.01);
        },
      ),
    );
  });

  test('is expected to end ever later, never earlier, while nothing is learned', () => {
    fc.assert(
      fc.property(durations(), fc.array(fc.nat(100 * DAY), { minLength: 2 }), (took, times) => {
        const { teach, tell } = startProgress();
        teach(took);
        const ends = times
          .toSorted((a, b) => a - b)
          .map((elapsed) => tell(elapsed).estimatedCompletionAt?.getTime() ?? Number.NaN);

        // One millisecond, because dates have no fractions of it.
        ends.reduce((before, end) => {
          expect(end).toBeGreaterThanOrEqual(before - 1);
          return end;
        });
      }),
    );
  });
});

describe('whatever happens', () => {
  const happening = () =>
    fc.oneof(
      fc.record({ turn: fc.integer({ min: -2 * DAY, max: 10 * DAY }) }),
      fc.record({ teach: fc.array(duration(), { maxLength: 5 }) }),
      fc.record({ figure: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ look: fc.constant(true) }),
    );

  test('no estimate is less than what was told before, and none is the end', () => {
    fc.assert(
      fc.property(fc.array(happening(), { maxLength: 50 }), (happenings) => {
        const { clock, teach, of } = startProgress();
        let highest = 0;
        for (const what of happenings) {
          if ('turn' in what) clock.at += what.turn;
          if ('teach' in what) teach(what.teach);
          const { fraction, isEstimated, estimatedCompletionAt } = of(
            running('figure' in what ? { reported: what.figure } : {}),
          );

          expect(fraction ?? 0).toBeLessThan(1);
          if (isEstimated) expect(fraction).toBeGreaterThanOrEqual(highest);
          if (estimatedCompletionAt) expect(estimatedCompletionAt.getTime()).toBeGreaterThan(clock.at);
          highest = Math.max(highest, fraction ?? 0);
        }
      }),
    );
  });

  test('an estimate is said to be one, and a figure of the upstream is not', () => {
    fc.assert(
      fc.property(durations(), fc.nat(100 * DAY), reported(), (took, elapsed, figure) => {
        const { teach, tell } = startProgress();
        teach(took);

        expect(tell(elapsed, { reported: figure }).isEstimated).toBe(figure === null);
      }),
    );
  });

  test('a job stays where it was told to be when others turn out to take longer', () => {
    const { teach, tell } = startProgress();
    teach([10 * MINUTE]);
    const before = tell(5 * MINUTE);
    teach([20 * MINUTE, 20 * MINUTE]);
    const behind = tell(6 * MINUTE);

    expect([before.fraction, behind.fraction, tell(11 * MINUTE).fraction]).toEqual([0.5, 0.5, 0.55]);
    expect(behind.estimatedCompletionAt).toEqual(new Date(START + 20 * MINUTE));
  });

  test('a job stays where it was told to be when the clock goes back', () => {
    const { teach, tell } = startProgress();
    teach([10 * MINUTE]);

    expect([5, 2, -3, 6].map((minutes) => tell(minutes * MINUTE).fraction)).toEqual([0.5, 0.5, 0.5, 0.6]);
  });

  test('a job stays where the upstream saw it when the upstream says no more', () => {
    const { teach, tell } = startProgress();
    teach([10 * MINUTE]);
    tell(MINUTE, { reported: 0.4 });

    expect(tell(2 * MINUTE)).toMatchObject({ fraction: 0.4, isEstimated: true });
    expect(tell(5 * MINUTE)).toMatchObject({ fraction: 0.5, isEstimated: true });
  });
});

describe('what is learned', () => {
  test.each<[what: string, facts: Partial<JobFacts>]>([
    ['one that failed or was canceled', { state: 'ended' }],
    ['one that runs', { state: 'running' }],
    ['one without a start', { createdAt: null }],
    ['one without an end', { finishedAt: null }],
    ['one whose end is no time', { finishedAt: new Date(Number.NaN) }],
    ['one that took no time', { createdAt: new Date(START), finishedAt: new Date(START) }],
    ['one that ended before it began', { createdAt: new Date(START + 1), finishedAt: new Date(START) }],
  ])('%s says nothing', (_, facts) => {
    const { learn, tell } = startProgress();
    learn({ ...finished({ milliseconds: MINUTE }), ...facts });

    expect(tell(MINUTE / 2).fraction).toBeNull();
  });

  test.each<[took: number[], typical: number]>([
    [[4], 4],
    [[2, 4], 3],
    [[9, 1, 4], 4],
    [[1, 9, 5, 3], 4],
  ])('from %j minutes: the middle is %d', (took, typical) => {
    const { teach, tell } = startProgress();
    teach(took.map((minutes) => minutes * MINUTE));

    expect(tell(MINUTE).fraction).toBe(1 / typical);
  });

  test('a job counts once, however often it is seen', () => {
    const { teach, learn, tell } = startProgress();
    const seen = finished({ milliseconds: 4 * MINUTE });
    for (let time = 0; time < 10; time++) learn(seen);
    teach([16 * MINUTE]);

    expect(tell(MINUTE).fraction).toBe(0.1);
  });

  test('a job that newer ones replaced does not count again', () => {
    const { teach, learn, tell } = startProgress({ samples: 1 });
    const seen = finished({ milliseconds: 4 * MINUTE });
    learn(seen);
    teach([10 * MINUTE]);
    learn(seen);

    expect(tell(MINUTE).fraction).toBe(0.1);
  });

  test('the jobs that finished last count, in whatever order they are seen', () => {
    const jobs = fc.uniqueArray(
      fc.record({
        name: fc.string(),
        finishedAt: fc.integer({ min: START - 5, max: START }).map((at) => new Date(at)),
        milliseconds: duration(),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 12 },
    );
    const toldAfter = (past: readonly { name: string; finishedAt: Date; milliseconds: number }[]) => {
      const { learn, tell } = startProgress({ samples: 3 });
      for (const job of past) learn(finished(job));
      return tell(MINUTE);
    };

    fc.assert(
      fc.property(
        jobs.chain((past) => fc.tuple(fc.constant(past), fc.shuffledSubarray(past, { minLength: past.length }))),
        ([past, shuffled]) => {
          expect(toldAfter(shuffled)).toEqual(toldAfter(past));
        },
      ),
    );
  });

  test('one wild job among many barely matters', () => {
    const usual = fc.integer({ min: 9 * MINUTE, max: 11 * MINUTE });
    const wild = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: DAY, max: 10_000 * DAY }));

    fc.assert(
      fc.property(
        fc.array(usual, { minLength: 4, maxLength: 19 }),
        wild,
        fc.nat(),
        fc.integer({ min: 0, max: 8 * MINUTE }),
        (took, outlier, place, elapsed) => {
          const { teach, tell } = startProgress();
          teach(took.toSpliced(place % (took.length + 1), 0, outlier));
          const { fraction } = tell(elapsed);

          expect(fraction).toBeGreaterThanOrEqual(elapsed / (11 * MINUTE));
          expect(fraction).toBeLessThanOrEqual(elapsed / (9 * MINUTE));
        },
      ),
    );
  });

  test('what one class learns says nothing to another', () => {
    fc.assert(
      fc.property(durations(), durations(), fc.nat(100 * DAY), (ours, theirs, elapsed) => {
        const alone = startProgress();
        alone.teach(ours, 'ours');
        const among = startProgress();
        among.teach(ours, 'ours');
        among.teach(theirs, 'theirs');
        among.tell(elapsed, { name: 'their job', class: 'theirs' });

        expect(among.tell(elapsed, { class: 'ours' })).toEqual(alone.tell(elapsed, { class: 'ours' }));
      }),
    );
  });
});

describe('what is remembered', () => {
  const names = fc.array(
    fc.nat(20).map((number) => `name ${number}`),
    { minLength: 1, maxLength: 60 },
  );
  const bound = fc.integer({ min: 1, max: 5 });

  test('is so many classes, those used last', () => {
    fc.assert(
      fc.property(names, bound, (used, classes) => {
        const { teach, tell } = startProgress({ classes });
        for (const name of used) teach([MINUTE], name);
        const known = [...new Set(used)].filter((name) => tell(1, { name, class: name }).fraction !== null);

        expect(known.length).toBe(Math.min(classes, new Set(used).size));
        expect(known).toContain(used.at(-1));
      }),
    );
  });

  test('is so many jobs, those used last', () => {
    fc.assert(
      fc.property(names, bound, (used, jobs) => {
        const { teach, tell } = startProgress({ jobs, samples: 1 });
        teach([10 * MINUTE]);
        for (const name of used) tell(5 * MINUTE, { name });
        teach([20 * MINUTE]);
        const newestFirst = [...new Set(used.toReversed())];

        for (const [place, name] of newestFirst.slice(0, jobs + 1).entries()) {
          expect(tell(5 * MINUTE, { name }).fraction).toBe(place < jobs ? 0.5 : 0.25);
        }
      }),
    );
  });

  test('is so many durations of a class, those of the jobs that finished last', () => {
    fc.assert(
      fc.property(durations(), fc.integer({ min: 1, max: 10 }), (took, samples) => {
        const all = startProgress({ samples });
        all.teach(took);
        const last = startProgress({ samples: 100 });
        last.teach(took.slice(-samples));

        expect(all.tell(MINUTE)).toEqual(last.tell(MINUTE));
      }),
    );
  });

  test('is twenty durations of a class unless told otherwise', () => {
    const { teach, tell } = startProgress();
    // Ten and ten have their middle between them; one more or less of the older ones, and it would be one of the two.
    teach(Array<number>(100).fill(5 * MINUTE));
    teach(Array<number>(10).fill(15 * MINUTE));

    expect(tell(MINUTE).fraction).toBe(0.1);
  });
});
