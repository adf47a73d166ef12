import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobEvent, OutageTooLongError } from '../../src/jobs/events.ts';
import { type Events, Schedule, type ScheduleOptions } from '../../src/jobs/schedule.ts';
import type { ErrorPolicy, Job } from '../../src/jobs/source.ts';
import { createClock, settle } from '../support/clock.ts';

/** State of a job in these tests: a growing number; 100 is the last one. */
type State = number;
type Event = JobEvent<State, string>;

const LAST = 100;

/** Creates schedules over an in-memory upstream. */
function start(options: Partial<ScheduleOptions<State>> = {}) {
  const clock = createClock();
  const { startTimer, now, monotonicNow } = clock;
  const startedAt = now();
  const reads: { job: string; at: number; signal: AbortSignal }[] = [];
  const states = new Map<string, State>();
  const failures = new Map<string, unknown>();
  const create = () =>
    new Schedule<State, string>({
      perSecond: 1e9,
      concurrency: () => 1e9,
      startTimer,
      now,
      monotonicNow,
      random: () => 0.5,
      gracePeriod: 0,
      maxOutage: 60_000,
      ...options,
    });

  const job = (name: string): Job<State, string> => ({
    key: name,
    name,
    pace: { fastest: 1_000, slowest: 5_000 },
    read: async (signal) => {
      reads.push({ job: name, at: now() - startedAt, signal });
      await Promise.resolve();
      const failure = failures.get(name);
      if (failure !== undefined) throw failure;
      return states.get(name) ?? 0;
    },
    isFinished: (state) => state >= LAST,
    isChange: (before, after) => before !== after,
    ...errorPolicy,
  });
  return { clock, watch: create(), create, reads, states, failures, job, times: () => reads.map(({ at }) => at) };
}

const errorPolicy: ErrorPolicy = {
  classifyError: (error) =>
    error instanceof TransientError ? 'transient' : error instanceof MissingError ? 'unconfirmed' : 'final',
  retryAfter: (error) => (error instanceof TransientError ? error.retryAfter : undefined),
};

class MissingError extends Error {}

class TransientError extends Error {
  readonly retryAfter: number | undefined;

  constructor(retryAfter?: number) {
    super('transient');
    this.retryAfter = retryAfter;
  }
}

/** Reads all events of a stream. */
function collect(events: Events<State, string>) {
  const all: Event[] = [];
  const done = (async () => {
    for await (const event of events) all.push(event);
  })();
  return { all, done, states: () => all.map((event) => ('state' in event ? event.state : 'error')) };
}

describe('poll intervals', () => {
  test.each([1, 1_000])(
    'for %i listeners, a job is polled once immediately, then at growing intervals while it does not change',
    async (listeners) => {
      const { clock, watch, times, job } = start();
      for (let listener = 0; listener < listeners; listener++) collect(watch.listen([job('a')]));

      await clock.advance(30_000);

      expect(times()).toEqual([0, 1_000, 2_500, 4_750, 8_125, 13_125, 18_125, 23_125, 28_125]);
      expect(watch.size).toBe(1);
      watch.dispose();
    },
  );

  test('the interval is the shortest again after a change', async () => {
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
  ])('intervals are randomly shorter or longer by up to 20 % (random number: %d)', async (random, expected) => {
    const { clock, watch, times, job } = start({ random: () => random });
    collect(watch.listen([job('a')]));

    await clock.advance(6_000);

    expect(times().slice(0, 4)).toEqual(expected);
    watch.dispose();
  });

  test('reads of a slow upstream never overlap', async () => {
    const { clock, watch, times, job } = start();
    const slow = withResolvers<State>();
    const source = job('a');
    let reads = 0;
    collect(watch.listen([{ ...source, read: () => (++reads === 1 ? slow.promise : Promise.resolve(1)) }]));

    await clock.advance(50_000);
    expect(reads).toBe(1);
    slow.resolve(0);
    await clock.advance(1_000);

    expect(reads).toBe(2);
    expect(times()).toEqual([]);
    watch.dispose();
  });

  test('a woken poll reads immediately, and once more if a read is pending', async () => {
    const { clock, watch, times, job } = start();
    collect(watch.listen([job('a')]));
    await clock.advance(4_800);
    watch.wake('a');
    await settle();
    expect(times()).toEqual([0, 1_000, 2_500, 4_750, 4_800]);

    watch.wake('a');
    watch.wake('a');
    await settle();

    expect(times()).toEqual([0, 1_000, 2_500, 4_750, 4_800, 4_800]);
    watch.wake('unknown');
    watch.dispose();
  });
});

describe('rate limit of one credential', () => {
  test('all polls of one credential share its rate limit', async () => {
    const { clock, watch, reads, job } = start({ perSecond: 2 });
    for (let index = 0; index < 6; index++) collect(watch.listen([job(`${index}`)]));

    await clock.advance(10_000);

    for (let second = 0; second < 10; second++) {
      expect(reads.filter(({ at }) => at >= second * 1_000 && at < (second + 1) * 1_000).length).toBeLessThanOrEqual(2);
    }
    expect(new Set(reads.map((read) => read.job)).size).toBe(6);
    watch.dispose();
  });

  test('a `Retry-After` pauses all polls of its credential, but not those of others', async () => {
    const { clock, watch, create, reads, failures, job } = start();
    const other = create();
    failures.set('a', new TransientError(7_000));
    for (const source of [job('a'), job('b')]) collect(watch.listen([source]));
    collect(other.listen([job('c')]));
    await settle();
    reads.length = 0;

    await clock.advance(6_900);
    expect([...new Set(reads.map((read) => read.job))]).toEqual(['c']);
    failures.clear();
    await clock.advance(2_000);

    expect(new Set(reads.map((read) => read.job))).toEqual(new Set(['a', 'b', 'c']));
    watch.dispose();
    other.dispose();
  });
});

describe('listeners', () => {
  test('a late listener receives the latest state immediately, without a poll', async () => {
    const { clock, watch, reads, job } = start();
    collect(watch.listen([job('a')]));
    await clock.advance(1_500);
    const before = reads.length;

    const late = collect(watch.listen([job('a')]));
    await settle();

    expect(late.states()).toEqual([0]);
    expect(reads).toHaveLength(before);
    watch.dispose();
  });

  test('listeners that join when the state is old receive it with its age, and share one poll', async () => {
    const { clock, watch, job, states, times } = start({ perSecond: 0.05 });
    collect(watch.listen([job('a')]));
    await clock.advance(1);
    states.set('a', 1);
    const checkedAt = new Date(clock.now() - 1);
    await clock.advance(15_000);
    expect(times()).toEqual([0]);

    const late = [collect(watch.listen([job('a')])), collect(watch.listen([job('a')]))];
    await settle();
    expect(late.map(({ all }) => all)).toEqual([
      [{ key: 'a', state: 0, checkedAt }],
      [{ key: 'a', state: 0, checkedAt }],
    ]);
    await clock.advance(5_000);

    expect(late.map(({ states }) => states())).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(times()).toEqual([0, 20_000]);
    watch.dispose();
  });

  test('a slow listener reads the newest state, and always the last one', async () => {
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

  test('all listeners receive the same event object', async () => {
    const { watch, job } = start();
    const listeners = [collect(watch.listen([job('a')])), collect(watch.listen([job('a')]))];
    await settle();

    expect(listeners[0]?.all[0]).toBe(listeners[1]?.all[0]);
    watch.dispose();
  });

  test('the pending read is aborted when the last listener leaves', async () => {
    const { watch, reads, job, clock } = start();
    const source = { ...job('a') };
    const listener = watch.listen([
      { ...source, read: (signal) => source.read(signal).then(() => new Promise<State>(() => {})) },
    ]);
    await settle();
    const waiting = listener.next();

    await listener.return?.();

    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(reads[0]?.signal.aborted).toBe(true);
    expect(watch.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });

  test('a poll continues if a listener returns within the grace period', async () => {
    const { clock, watch, reads, job } = start({ gracePeriod: 3_000 });
    const first = watch.listen([job('a')]);
    await settle();
    await first.return?.();
    await clock.advance(2_999);
    expect(watch.size).toBe(1);

    const back = collect(watch.listen([job('a')]));
    await clock.advance(10_000);
    expect(back.states()).toEqual([0]);
    expect(reads.filter(({ at }) => at === 0)).toHaveLength(1);

    watch.dispose();
  });

  test('a poll stops after the grace period', async () => {
    const { clock, watch, job } = start({ gracePeriod: 3_000 });
    await watch.listen([job('a')]).return?.();

    await clock.advance(3_000);

    expect(watch.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });
});

describe('upstream errors', () => {
  test('listeners receive one event when the state becomes stale, and one when it is fresh again', async () => {
    const { clock, watch, failures, job } = start();
    const listener = collect(watch.listen([job('a')]));
    await clock.advance(1_500);
    const seenAt = new Date(clock.now() - 500);
    failures.set('a', new TransientError());
    await clock.advance(20_000);
    const joining = collect(watch.listen([job('a')]));
    failures.clear();
    await clock.advance(10_000);

    expect(listener.all).toMatchObject([{ state: 0 }, { state: 0, staleSince: seenAt }, { state: 0 }]);
    expect(listener.all[2]).not.toHaveProperty('staleSince');
    expect(joining.all).toMatchObject([{ state: 0, staleSince: seenAt }, { state: 0 }]);
    watch.dispose();
  });

  test('a stream ends with an error if the outage exceeds its limit', async () => {
    const { clock, watch, failures, job } = start({ maxOutage: 30_000 });
    const listener = collect(watch.listen([job('a')]));
    await clock.advance(1_500);
    failures.set('a', new TransientError());

    await clock.advance(60_000);
    await listener.done;

    expect(listener.all.at(-1)).toMatchObject({ error: expect.any(OutageTooLongError), wasSeen: true });
    expect(watch.size).toBe(0);
    expect(clock.waits()).toEqual([]);
  });

  test('a stream continues during a long outage with `Retry-After`', async () => {
    const { clock, watch, failures, states, job } = start({ maxOutage: 30_000 });
    const listener = collect(watch.listen([job('a')]));
    await clock.advance(500);
    failures.set('a', new TransientError(20_000));
    await clock.advance(120_000);
    failures.clear();
    states.set('a', LAST);
    await clock.advance(30_000);
    await listener.done;

    expect(listener.states()).toEqual([0, 0, LAST]);
  });

  test('a final error is the last event of a job', async () => {
    const { watch, failures, job } = start();
    failures.set('a', new Error('gone'));
    const listener = collect(watch.listen([job('a'), job('b')]));
    await settle();

    expect(listener.all).toMatchObject([
      { key: 'a', error: new Error('gone'), wasSeen: false },
      { key: 'b', state: 0 },
    ]);
    watch.dispose();
    await listener.done;
  });
});

describe('a listener that joins while the first read is pending', () => {
  /** A job with a pending first read, and a second listener. */
  function joinPending() {
    const started = start();
    const { watch } = started;
    const reads: ReturnType<typeof withResolvers<State>>[] = [];
    const read = () => {
      const pending = withResolvers<State>();
      reads.push(pending);
      return pending.promise;
    };
    // Before a successful read, a missing job is gone.
    const classifyError: ErrorPolicy['classifyError'] = (error, wasRead) =>
      error instanceof MissingError && wasRead ? 'unconfirmed' : 'final';
    const source = { ...started.job('a'), read, classifyError };
    const listen = async () => {
      const listener = collect(watch.listen([source]));
      await settle();
      return listener;
    };
    return { watch, reads, listen };
  }

  test('receives the result of a read that began after it has joined, if that read finds no job', async () => {
    const { watch, reads, listen } = joinPending();
    const early = await listen();
    const late = await listen();

    reads[0]?.reject(new MissingError());
    await settle();
    expect(reads.length).toBe(2);
    expect(late.all).toEqual([]);
    reads[1]?.resolve(LAST);
    await Promise.all([early.done, late.done]);

    expect(early.states()).toEqual([LAST]);
    expect(late.states()).toEqual([LAST]);
    expect(watch.size).toBe(0);
  });

  test('learns that the job is missing from the second read', async () => {
    const { reads, listen } = joinPending();
    const early = await listen();
    const late = await listen();

    reads[0]?.reject(new MissingError());
    await settle();
    reads[1]?.reject(new MissingError());
    await Promise.all([early.done, late.done]);

    expect(reads.length).toBe(2);
    expect([early.states(), late.states()]).toEqual([['error'], ['error']]);
  });

  test('shares its result if the read succeeds, or if the error does not depend on the job', async () => {
    const { reads, listen } = joinPending();
    await listen();
    const successful = await listen();
    reads[0]?.resolve(LAST);
    await successful.done;
    await listen();
    const failed = await listen();
    reads[1]?.reject(new Error('rejected key'));
    await failed.done;

    expect(reads.length).toBe(2);
    expect([successful.states(), failed.states()]).toEqual([[LAST], ['error']]);
  });
});

/** One step of {@link runSteps}. */
type Step =
  | { kind: 'join'; jobs: number[]; reads: boolean }
  | { kind: 'leave' | 'take'; listener: number }
  | { kind: 'change' | 'finish' | 'fail' | 'recover' | 'wake'; job: number }
  | { kind: 'wait'; milliseconds: number };

const JOBS = 3;
const job = fc.nat(JOBS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('join' as const),
    jobs: fc.uniqueArray(job, { minLength: 1, maxLength: JOBS }),
    reads: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('leave' as const, 'take' as const), listener: fc.nat(20) }),
  fc.record({
    kind: fc.constantFrom('change' as const, 'finish' as const, 'fail' as const, 'recover' as const, 'wake' as const),
    job,
  }),
  fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(9_000) }),
);

interface Listener {
  jobs: number[];
  events: Events<State, string>;
  seen: Event[];
  isDone: boolean;
  hasLeft: boolean;
}

async function runSteps(steps: readonly Step[], gracePeriod: number) {
  const { clock, watch, states, failures, job } = start({ gracePeriod, maxOutage: 1e12 });
  const listeners: Listener[] = [];
  const pick = (index: number) => listeners[index % Math.max(1, listeners.length)];
  const take = async (listener: Listener) => {
    const { value, done } = await listener.events.next();
    if (done) listener.isDone = true;
    else listener.seen.push(value);
    return !done;
  };
  const read = async (listener: Listener) => {
    while (await take(listener));
  };

  for (const step of steps) {
    switch (step.kind) {
      case 'join': {
        const events = watch.listen(step.jobs.map((index) => job(String(index))));
        const listener: Listener = { jobs: step.jobs, events, seen: [], isDone: false, hasLeft: false };
        listeners.push(listener);
        if (step.reads) void read(listener);
        break;
      }
      case 'take':
        if (listeners.length > 0) void take(pick(step.listener) as Listener);
        break;
      case 'leave': {
        const listener = pick(step.listener);
        if (listener && !listener.isDone) listener.hasLeft = true;
        await listener?.events.return?.();
        break;
      }
      case 'change':
        states.set(String(step.job), Math.min(LAST - 1, (states.get(String(step.job)) ?? 0) + 1));
        break;
      case 'finish':
        states.set(String(step.job), LAST);
        break;
      case 'fail':
        failures.set(String(step.job), new TransientError());
        break;
      case 'recover':
        failures.delete(String(step.job));
        break;
      case 'wake':
        watch.wake(String(step.job));
        break;
      case 'wait':
        await clock.advance(step.milliseconds);
    }
  }
  failures.clear();
  for (let index = 0; index < JOBS; index++) states.set(String(index), LAST);
  await clock.advance(60_000);
  await Promise.all(listeners.map(read));
  await clock.advance(gracePeriod);
  return { listeners, watch, clock };
}

test('for any sequence of steps, each remaining listener receives each last state exactly once, and all polls stop', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 3_000), async (steps, gracePeriod) => {
      const { listeners, watch, clock } = await runSteps(steps, gracePeriod);

      for (const listener of listeners.filter(({ hasLeft }) => !hasLeft)) {
        for (const index of listener.jobs) {
          const events = listener.seen.filter(({ key }) => key === String(index));
          const ends = events.filter((event) => 'state' in event && event.state === LAST);
          expect(ends).toHaveLength(1);
          expect(events.at(-1)).toBe(ends[0]);
        }
        expect(listener.isDone).toBe(true);
      }
      expect(watch.size).toBe(0);
      expect(clock.waits()).toEqual([]);
    }),
    { numRuns: 150 },
  );
}, 60_000);

/** A promise with the functions that settle it. */
function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}
