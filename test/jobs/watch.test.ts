import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPacer } from '../../src/jobs/pacer.ts';
import { OutageTooLongError } from '../../src/jobs/poll.ts';
import type { SharedPollOptions } from '../../src/jobs/shared-poll.ts';
import { createWatch, type Events, type Job, type JobEvent } from '../../src/jobs/watch.ts';
import { createClock, settle } from '../support/clock.ts';

/** A job's state in these tests: a number that grows; 100 is the end. */
type State = number;
type Event = JobEvent<State, string>;

const LAST = 100;

/** An upstream of numbers, and a watch over it. */
function start(options: Partial<SharedPollOptions> & { perSecond?: number } = {}) {
  const clock = createClock();
  const { pause, now, monotonicNow } = clock;
  const begun = now();
  const looks: { job: string; at: number; signal: AbortSignal }[] = [];
  const states = new Map<string, State>();
  const failures = new Map<string, unknown>();
  const pacers = new Map<string, ReturnType<typeof createPacer>>();
  const watch = createWatch<State, string>({
    pause,
    now,
    monotonicNow,
    random: () => 0.5,
    gracePeriod: 0,
    maxOutage: 60_000,
    ...options,
  });

  const job = (name: string, tenant = 'tenant'): Job<State, string> => {
    const pacer = pacers.get(tenant) ?? createPacer({ perSecond: options.perSecond ?? 1e9, pause, monotonicNow });
    pacers.set(tenant, pacer);
    return {
      key: name,
      name: `${tenant} ${name}`,
      pacer,
      pace: { fastest: 1_000, slowest: 5_000 },
      read: async (signal) => {
        looks.push({ job: name, at: now() - begun, signal });
        await Promise.resolve();
        const failure = failures.get(name);
        if (failure !== undefined) throw failure;
        return states.get(name) ?? 0;
      },
      isFinished: (state) => state >= LAST,
      isChange: (before, after) => before !== after,
      judge: (error) => (error instanceof Passing ? 'transient' : error instanceof Missing ? 'doubtful' : 'final'),
      retryAfter: (error) => (error instanceof Passing ? error.retryAfter : undefined),
    };
  };
  return { clock, watch, looks, states, failures, job, times: () => looks.map(({ at }) => at) };
}

class Missing extends Error {}

class Passing extends Error {
  readonly retryAfter: number | undefined;

  constructor(retryAfter?: number) {
    super('not now');
    this.retryAfter = retryAfter;
  }
}

/** Takes everything that comes, as it comes. */
function collect(events: Events<State, string>) {
  const all: Event[] = [];
  const over = (async () => {
    for await (const event of events) all.push(event);
  })();
  return { all, over, states: () => all.map((event) => ('state' in event ? event.state : 'error')) };
}

describe('a poll', () => {
  test.each([1, 1_000])(
    'for %i viewers looks at once, and then ever more slowly while nothing changes',
    async (viewers) => {
      const { clock, watch, times, job } = start();
      for (let viewer = 0; viewer < viewers; viewer++) collect(watch.listen([job('a')]));

      await clock.advance(30_000);

      expect(times()).toEqual([0, 1_000, 2_500, 4_750, 8_125, 13_125, 18_125, 23_125, 28_125]);
      expect(watch.size).toBe(1);
      watch.dispose();
    },
  );

  test('is at its fastest again after a change', async () => {
    const { clock, watch, times, states, job } = start();
    collect(watch.listen([job('a')]));
    await clock.advance(8_000);
    states.set('a', 1);

    await clock.advance(3_000);

    expect(times()).toEqual([0, 1_000, 2_500, 4_750, 8_125, 9_125, 10_625]);
    watch.dispose();
  });

  test.each([
    [0, [0, 800, 2_000, 3_800]],
    [1, [0, 1_200, 3_000, 5_700]],
  ])('waits a fifth less or more by chance (%d)', async (random, expected) => {
    const { clock, watch, times, job } = start({ random: () => random });
    collect(watch.listen([job('a')]));

    await clock.advance(6_000);

    expect(times().slice(0, 4)).toEqual(expected);
    watch.dispose();
  });

  test('waits after a look, so that a slow upstream is never asked twice at once', async () => {
    const { clock, watch, times, job } = start();
    const slow = withResolvers<State>();
    const source = job('a');
    let looks = 0;
    collect(watch.listen([{ ...source, read: () => (++looks === 1 ? slow.promise : Promise.resolve(1)) }]));

    await clock.advance(60_000);
    expect(looks).toBe(1);
    slow.resolve(0);
    await clock.advance(1_000);

    expect(looks).toBe(2);
    expect(times()).toEqual([]);
    watch.dispose();
  });

  test('that is woken looks at once, and once more when it was looking already', async () => {
    const { clock, watch, times, job } = start();
    collect(watch.listen([job('a')]));
    await clock.advance(4_800);
    watch.wake('tenant a');
    await settle();
    expect(times()).toEqual([0, 1_000, 2_500, 4_750, 4_800]);

    watch.wake('tenant a');
    watch.wake('tenant a');
    await settle();

    expect(times()).toEqual([0, 1_000, 2_500, 4_750, 4_800, 4_800]);
    watch.wake('tenant nobody');
    watch.dispose();
  });
});

describe('polls of one credential', () => {
  test('keep to their budget together', async () => {
    const { clock, watch, looks, job } = start({ perSecond: 2 });
    for (let index = 0; index < 6; index++) collect(watch.listen([job(`${index}`)]));

    await clock.advance(10_000);

    for (let second = 0; second < 10; second++) {
      expect(looks.filter(({ at }) => at >= second * 1_000 && at < (second + 1) * 1_000).length).toBeLessThanOrEqual(2);
    }
    expect(new Set(looks.map((look) => look.job)).size).toBe(6);
    watch.dispose();
  });

  test('all wait when the upstream asks one of them to, and those of others do not', async () => {
    const { clock, watch, looks, failures, job } = start();
    failures.set('a', new Passing(7_000));
    for (const source of [job('a'), job('b'), job('c', 'other')]) collect(watch.listen([source]));
    await settle();
    looks.length = 0;

    await clock.advance(6_900);
    expect([...new Set(looks.map((look) => look.job))]).toEqual(['c']);
    failures.clear();
    await clock.advance(2_000);

    expect(new Set(looks.map((look) => look.job))).toEqual(new Set(['a', 'b', 'c']));
    watch.dispose();
  });
});

describe('viewers', () => {
  test('who join late get the last state at once, without a look', async () => {
    const { clock, watch, looks, job } = start();
    collect(watch.listen([job('a')]));
    await clock.advance(1_500);
    const before = looks.length;

    const late = collect(watch.listen([job('a')]));
    await settle();

    expect(late.states()).toEqual([0]);
    expect(looks).toHaveLength(before);
    watch.dispose();
  });

  test('who join when the last state is old share one look', async () => {
    const { clock, watch, job } = start();
    const source = job('a');
    let looks = 0;
    const slow = withResolvers<State>();
    const read = async () => (++looks === 2 ? slow.promise : 0);
    collect(watch.listen([{ ...source, read }]));
    await clock.advance(9_000);

    const late = [collect(watch.listen([source])), collect(watch.listen([source]))];
    await settle();
    expect(late.map(({ states }) => states())).toEqual([[], []]);
    slow.resolve(0);
    await settle();

    expect(late.map(({ states }) => states())).toEqual([[0], [0]]);
    expect(looks).toBe(2);
    watch.dispose();
  });

  test('who are slow find the newest state, and the last one always', async () => {
    const { clock, watch, states, job } = start();
    const slow = watch.listen([job('a')]);
    for (const state of [1, 2, 3]) {
      states.set('a', state);
      await clock.advance(5_000);
    }

    expect(await slow.next()).toMatchObject({ value: { state: 3 } });
    states.set('a', 4);
    await clock.advance(5_000);
    states.set('a', LAST);
    await clock.advance(5_000);
    expect(watch.size).toBe(0);

    expect(await slow.next()).toMatchObject({ value: { state: LAST } });
    expect(await slow.next()).toEqual({ value: undefined, done: true });
  });

  test('all get the very same event', async () => {
    const { watch, job } = start();
    const viewers = [collect(watch.listen([job('a')])), collect(watch.listen([job('a')]))];
    await settle();

    expect(viewers[0]?.all[0]).toBe(viewers[1]?.all[0]);
    watch.dispose();
  });

  test('of another credential never meet, though the job has the same id', async () => {
    const { watch, looks, job } = start();
    collect(watch.listen([job('a', 'one')]));
    collect(watch.listen([job('a', 'two')]));
    await settle();

    expect(looks).toHaveLength(2);
    expect(watch.size).toBe(2);
    watch.dispose();
  });

  test('who leave last stop the look under way', async () => {
    const { watch, looks, job, clock } = start();
    const source = { ...job('a') };
    const viewer = watch.listen([
      { ...source, read: (signal) => source.read(signal).then(() => new Promise<State>(() => {})) },
    ]);
    await settle();
    const waiting = viewer.next();

    await viewer.return?.();

    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(looks[0]?.signal.aborted).toBe(true);
    expect(watch.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });

  test('who come back soon find the poll still running', async () => {
    const { clock, watch, looks, job } = start({ gracePeriod: 3_000 });
    await watch.listen([job('a')]).return?.();
    await clock.advance(2_999);
    expect(watch.size).toBe(1);

    const back = collect(watch.listen([job('a')]));
    await clock.advance(10_000);
    expect(back.states()).toEqual([0]);
    expect(looks.filter(({ at }) => at === 0)).toHaveLength(1);

    watch.dispose();
  });

  test('who do not come back leave nothing behind', async () => {
    const { clock, watch, job } = start({ gracePeriod: 3_000 });
    await watch.listen([job('a')]).return?.();

    await clock.advance(3_000);

    expect(watch.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });
});

describe('while the upstream fails', () => {
  test('viewers are told once that the state is stale, and again when it is fresh', async () => {
    const { clock, watch, failures, job } = start();
    const viewer = collect(watch.listen([job('a')]));
    await clock.advance(1_500);
    const seenAt = new Date(clock.now() - 500);
    failures.set('a', new Passing());
    await clock.advance(20_000);
    const joining = collect(watch.listen([job('a')]));
    failures.clear();
    await clock.advance(10_000);

    expect(viewer.all).toMatchObject([{ state: 0 }, { state: 0, staleSince: seenAt }, { state: 0 }]);
    expect(viewer.all[2]).not.toHaveProperty('staleSince');
    expect(joining.all).toMatchObject([{ state: 0, staleSince: seenAt }, { state: 0 }]);
    watch.dispose();
  });

  test('for longer than anyone should wait, streams end with an error', async () => {
    const { clock, watch, failures, job } = start({ maxOutage: 30_000 });
    const viewer = collect(watch.listen([job('a')]));
    await clock.advance(1_500);
    failures.set('a', new Passing());

    await clock.advance(60_000);
    await viewer.over;

    expect(viewer.all.at(-1)).toMatchObject({ error: expect.any(OutageTooLongError), wasSeen: true });
    expect(watch.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });

  test('but asks for patience, streams go on', async () => {
    const { clock, watch, failures, states, job } = start({ maxOutage: 30_000 });
    const viewer = collect(watch.listen([job('a')]));
    await clock.advance(500);
    failures.set('a', new Passing(20_000));
    await clock.advance(120_000);
    failures.clear();
    states.set('a', LAST);
    await clock.advance(30_000);
    await viewer.over;

    expect(viewer.states()).toEqual([0, 0, LAST]);
  });

  test('for good, that is the last event', async () => {
    const { watch, failures, job } = start();
    failures.set('a', new Error('gone'));
    const viewer = collect(watch.listen([job('a'), job('b')]));
    await settle();

    expect(viewer.all).toMatchObject([
      { key: 'b', state: 0 },
      { key: 'a', error: new Error('gone'), wasSeen: false },
    ]);
    watch.dispose();
    await viewer.over;
  });
});

describe('a list', () => {
  function startList() {
    const started = start();
    const listed: string[] = [];
    const { name, ...source } = started.job('list');
    const list = {
      ...source,
      name,
      pace: { fastest: 15_000, slowest: 15_000 },
      read: async () => listed.map((id) => Number(id)),
      isFinished: () => false,
      isChange: (before: readonly State[], after: readonly State[]) => before.length !== after.length,
      // In these tests a job of a list is named by its state when it was listed.
      jobOf: (state: State) => started.job(String(state)),
    };
    return { ...started, listed, list };
  }

  test('is looked at once for all who follow it, and feeds the polls of its jobs', async () => {
    const { clock, watch, states, looks, listed, list } = startList();
    listed.push('1', '100');
    states.set('1', 1);
    const viewers = [collect(watch.follow(list)), collect(watch.follow(list))];
    await clock.advance(1_000);
    expect(viewers.map(({ states }) => states())).toEqual([
      [LAST, 1],
      [LAST, 1],
    ]);
    expect(viewers[0]?.all[0]).toBe(viewers[1]?.all[0]);

    listed.push('2');
    states.set('2', 2);
    await clock.advance(15_000);
    states.set('2', LAST);
    await clock.advance(5_000);

    expect(viewers.map(({ states }) => states())).toEqual([
      [LAST, 1, 2, LAST],
      [LAST, 1, 2, LAST],
    ]);
    expect(looks.filter((look) => look.job === '2').length).toBeLessThan(8);
    watch.dispose();
    await Promise.all(viewers.map(({ over }) => over));
  });

  test('that lacks a finished job for once does not report it again when it is back', async () => {
    const { clock, watch, listed, list } = startList();
    listed.push('100');
    const viewer = collect(watch.follow(list));
    await clock.advance(1_000);
    listed.length = 0;
    await clock.advance(15_000);
    listed.push('100');
    await clock.advance(15_000);

    expect(viewer.states()).toEqual([LAST]);
    watch.dispose();
    await viewer.over;
  });

  test('leaves nothing behind when the last one leaves', async () => {
    const { clock, watch, listed, list } = startList();
    listed.push('1', '2');
    const viewer = watch.follow(list);
    await clock.advance(1_000);
    expect(watch.size).toBe(3);

    await viewer.return?.();

    expect(watch.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });

  test('that cannot be read for good ends the stream', async () => {
    const { watch, list } = startList();
    const viewer = collect(watch.follow({ ...list, read: () => Promise.reject(new Error('gone')) }));
    await viewer.over;

    expect(viewer.all).toMatchObject([{ key: 'list', error: new Error('gone') }]);
    expect(watch.size).toBe(0);
  });
});

/** What can happen, in any order, in {@link storm}. */
type Step =
  | { kind: 'join'; jobs: number[]; reads: boolean }
  | { kind: 'leave' | 'take'; viewer: number }
  | { kind: 'change' | 'finish' | 'fail' | 'mend' | 'wake'; job: number }
  | { kind: 'wait'; milliseconds: number };

const JOBS = 3;
const job = fc.nat(JOBS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('join' as const),
    jobs: fc.uniqueArray(job, { minLength: 1, maxLength: JOBS }),
    reads: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('leave' as const, 'take' as const), viewer: fc.nat(20) }),
  fc.record({
    kind: fc.constantFrom('change' as const, 'finish' as const, 'fail' as const, 'mend' as const, 'wake' as const),
    job,
  }),
  fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(9_000) }),
);

interface Viewer {
  jobs: number[];
  events: Events<State, string>;
  seen: Event[];
  isOver: boolean;
  hasLeft: boolean;
}

async function storm(steps: readonly Step[], linger: number) {
  const { clock, watch, states, failures, job } = start({ gracePeriod: linger, maxOutage: 1e12 });
  const viewers: Viewer[] = [];
  const pick = (index: number) => viewers[index % Math.max(1, viewers.length)];
  const take = async (viewer: Viewer) => {
    const { value, done } = await viewer.events.next();
    if (done) viewer.isOver = true;
    else viewer.seen.push(value);
    return !done;
  };
  const read = async (viewer: Viewer) => {
    while (await take(viewer));
  };

  for (const step of steps) {
    switch (step.kind) {
      case 'join': {
        const events = watch.listen(step.jobs.map((index) => job(String(index))));
        const viewer: Viewer = { jobs: step.jobs, events, seen: [], isOver: false, hasLeft: false };
        viewers.push(viewer);
        if (step.reads) void read(viewer);
        break;
      }
      case 'take':
        if (viewers.length > 0) void take(pick(step.viewer) as Viewer);
        break;
      case 'leave': {
        const viewer = pick(step.viewer);
        if (viewer && !viewer.isOver) viewer.hasLeft = true;
        await viewer?.events.return?.();
        break;
      }
      case 'change':
        states.set(String(step.job), Math.min(LAST - 1, (states.get(String(step.job)) ?? 0) + 1));
        break;
      case 'finish':
        states.set(String(step.job), LAST);
        break;
      case 'fail':
        failures.set(String(step.job), new Passing());
        break;
      case 'mend':
        failures.delete(String(step.job));
        break;
      case 'wake':
        watch.wake(`tenant ${step.job}`);
        break;
      case 'wait':
        await clock.advance(step.milliseconds);
    }
  }
  failures.clear();
  for (let index = 0; index < JOBS; index++) states.set(String(index), LAST);
  await clock.advance(60_000);
  await Promise.all(viewers.map(read));
  await clock.advance(linger);
  return { viewers, watch, clock };
}

test('whatever happens, every viewer who stays gets each end once and last, and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 3_000), async (steps, linger) => {
      const { viewers, watch, clock } = await storm(steps, linger);

      for (const viewer of viewers.filter(({ hasLeft }) => !hasLeft)) {
        for (const index of viewer.jobs) {
          const told = viewer.seen.filter(({ key }) => key === String(index));
          const ends = told.filter((event) => 'state' in event && event.state === LAST);
          expect(ends).toHaveLength(1);
          expect(told.at(-1)).toBe(ends[0]);
        }
        expect(viewer.isOver).toBe(true);
      }
      expect(watch.size).toBe(0);
      expect(clock.waits()).toEqual([]);
    }),
    { numRuns: 150 },
  );
}, 60_000);

/** A promise, and what settles it. */
function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
