import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Cancellation, offAbort, onAbort } from '../../src/util/cancellation.ts';
import { createClock } from '../support/clock.ts';

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** A cancellation in the hands of a test, and what was under way when it came. */
function start(caller?: AbortSignal) {
  const clock = createClock();
  const told: unknown[] = [];
  const cancellation = new Cancellation({ milliseconds: 100, alarm: clock.alarm, caller });
  cancellation.running = { abort: (reason) => told.push(reason) };
  return { clock, told, cancellation };
}

test('however many leave with a signal, it has one listener, and none when nobody does any more', () => {
  const { signal } = new AbortController();
  const leavers = Array.from({ length: 20 }, () => ({ abort: () => {} }));

  for (const leaver of leavers) onAbort(signal, leaver);
  expect(listenersOf(signal)).toBe(1);
  for (const leaver of leavers) offAbort(signal, leaver);

  expect(listenersOf(signal)).toBe(0);
});

test('everybody who leaves with a signal is told why, but for those who stay', () => {
  const caller = new AbortController();
  const told: unknown[] = [];
  const leavers = [1, 2, 3].map((name) => ({ abort: (reason: unknown) => told.push([name, reason]) }));
  for (const leaver of leavers) onAbort(caller.signal, leaver);
  for (const leaver of leavers.slice(1, 2)) offAbort(caller.signal, leaver);

  caller.abort('left');

  expect(told).toEqual([
    [1, 'left'],
    [3, 'left'],
  ]);
});

test('the caller ends what is under way, once', async () => {
  const caller = new AbortController();
  const { cancellation, clock, told } = start(caller.signal);

  caller.abort('left');
  await clock.advance(100);

  expect(told).toEqual(['left']);
  expect([cancellation.cause, cancellation.reason]).toEqual(['caller', 'left']);
  expect(cancellation.signal.reason).toBe('left');
  expect(() => cancellation.throwIfOver()).toThrow('left');
});

test('the deadline ends what is under way', async () => {
  const { cancellation, clock, told } = start();
  const { signal } = cancellation;
  await clock.advance(99);
  expect([cancellation.cause, signal.aborted]).toEqual([undefined, false]);

  await clock.advance(1);

  expect(cancellation.cause).toBe('deadline');
  expect(told).toEqual([signal.reason]);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError', message: 'No complete answer within 100 ms.' });
});

test('what has ended leaves nothing behind and ends nothing', async () => {
  const caller = new AbortController();
  const { cancellation, clock, told } = start(caller.signal);

  cancellation.end();
  caller.abort('left');

  expect(told).toEqual([]);
  expect(clock.waits()).toEqual([]);
  expect(listenersOf(caller.signal)).toBe(0);
});
