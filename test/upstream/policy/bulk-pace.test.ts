import { expect, test } from 'vitest';
import { BulkPace } from '../../../src/upstream/policy/bulk-pace.ts';
import { NEVER_ABORTED } from '../../../src/util/abort-signals.ts';
import { createClock, settle } from '../../support/clock.ts';

/** A pace, and writes that enter it. Each write runs until `leave` is called. */
function start(concurrency = 4) {
  const clock = createClock();
  const pace = new BulkPace({ concurrency, startTimer: clock.startTimer, monotonicNow: clock.monotonicNow });
  const running: (() => void)[] = [];
  const errors: unknown[] = [];
  const enter = (count: number, { signal = NEVER_ABORTED, timeLeft = 30_000 } = {}) => {
    for (let index = 0; index < count; index++)
      pace.enter(signal, timeLeft).then(
        (leave) => running.push(leave),
        (error: unknown) => errors.push(error),
      );
    return settle();
  };
  /** Ends all running writes successfully. */
  const succeed = async () => {
    for (const leave of running.splice(0)) {
      pace.confirm();
      leave();
    }
    await settle();
  };
  return { clock, pace, running, errors, enter, succeed };
}

test('writes start up to the limit, and one more for each that ends', async () => {
  const { running, enter } = start();

  await enter(6);
  expect(running).toHaveLength(4);
  const [first] = running;
  first?.();
  first?.();
  await settle();

  expect(running).toHaveLength(5);
});

test('after a pause, writes start one by one, and their number doubles with each success', async () => {
  const { clock, pace, running, enter, succeed } = start(8);
  const counts: number[] = [];
  pace.pause(3_000);
  await enter(20);
  expect(running).toHaveLength(0);

  await clock.advance(3_000);
  for (let round = 0; round < 4; round++) {
    counts.push(running.length);
    await succeed();
  }

  expect(counts).toEqual([1, 2, 8, 8]);
});

test('a success of a write that was sent before the pause does not end the slow start', async () => {
  const { clock, pace, running, enter, succeed } = start();
  await enter(3);
  pace.pause(1_000);
  await succeed();
  await enter(4);

  await clock.advance(1_000);

  expect(running).toHaveLength(1);
});

test('a longer pause extends a shorter one, but a shorter one does not end it', async () => {
  const { clock, pace, running, enter } = start();
  pace.pause(1_000);
  pace.pause(5_000);
  pace.pause(2_000);
  await enter(1);

  await clock.advance(4_999);
  expect(running).toHaveLength(0);
  await clock.advance(1);
  expect(running).toHaveLength(1);
});

test('pauses without a time double up to 16 s, and begin with 1 s after a success', async () => {
  const { clock, pace, enter, succeed } = start();
  const pauses: number[] = [];
  const measure = async () => {
    pace.pause();
    pace.pause();
    await enter(1, { timeLeft: 60_000 });
    const [pause = 0] = clock.waits();
    pauses.push(pause);
    await clock.advance(pause);
  };

  for (let round = 0; round < 6; round++) await measure();
  await succeed();
  await measure();

  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 1_000]);
});

test('a pause rejects the writes that cannot wait until its end, before and during it', async () => {
  const { clock, pace, running, errors, enter } = start(1);
  await enter(1);
  await enter(1, { timeLeft: 1_999 });
  pace.pause(2_000);
  await enter(1, { timeLeft: 1_000 });
  await enter(1, { timeLeft: 2_000 });

  expect(errors).toMatchObject([
    { name: 'PausedError', milliseconds: 2_000 },
    { name: 'PausedError', milliseconds: 2_000 },
  ]);
  running[0]?.();
  await clock.advance(2_000);
  expect(running).toHaveLength(2);
});

test('a write whose signal aborts leaves, and no timer remains', async () => {
  const { clock, pace, running, errors, enter } = start();
  const client = new AbortController();
  pace.pause(5_000);
  await enter(2, { signal: client.signal });
  expect(clock.waits()).toEqual([5_000]);

  client.abort('the client left');
  await enter(1, { signal: client.signal });

  expect(errors).toEqual(Array(3).fill('the client left'));
  expect(running).toEqual([]);
  expect(clock.waits()).toEqual([]);
});
