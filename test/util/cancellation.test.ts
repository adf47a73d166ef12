import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Cancellation, offAbort, onAbort } from '../../src/util/cancellation.ts';
import { createClock } from '../support/clock.ts';

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** Creates a cancellation with a test clock, and records abort reasons. */
function start(caller?: AbortSignal) {
  const clock = createClock();
  const reasons: unknown[] = [];
  const cancellation = new Cancellation({ timeout: 100, startTimer: clock.startTimer, caller });
  cancellation.running = { abort: (reason) => reasons.push(reason) };
  return { clock, reasons, cancellation };
}

test('all abortables of a signal share one listener, which is removed with the last of them', () => {
  const { signal } = new AbortController();
  const abortables = Array.from({ length: 20 }, () => ({ abort: () => {} }));

  for (const abortable of abortables) onAbort(signal, abortable);
  expect(listenersOf(signal)).toBe(1);
  for (const abortable of abortables) offAbort(signal, abortable);

  expect(listenersOf(signal)).toBe(0);
});

test('all abortables of a signal are aborted with its reason, but not removed ones', () => {
  const caller = new AbortController();
  const reasons: unknown[] = [];
  const abortables = [1, 2, 3].map((name) => ({ abort: (reason: unknown) => reasons.push([name, reason]) }));
  for (const abortable of abortables) onAbort(caller.signal, abortable);
  for (const abortable of abortables.slice(1, 2)) offAbort(caller.signal, abortable);

  caller.abort('left');

  expect(reasons).toEqual([
    [1, 'left'],
    [3, 'left'],
  ]);
});

test('the caller aborts the running part, once', async () => {
  const caller = new AbortController();
  const { cancellation, clock, reasons } = start(caller.signal);

  caller.abort('left');
  await clock.advance(100);

  expect(reasons).toEqual(['left']);
  expect([cancellation.cause, cancellation.reason]).toEqual(['caller', 'left']);
  expect(cancellation.signal.reason).toBe('left');
  expect(() => cancellation.throwIfAborted()).toThrow('left');
});

test('the deadline aborts the running part', async () => {
  const { cancellation, clock, reasons } = start();
  const { signal } = cancellation;
  await clock.advance(99);
  expect([cancellation.cause, signal.aborted]).toEqual([undefined, false]);

  await clock.advance(1);

  expect(cancellation.cause).toBe('deadline');
  expect(reasons).toEqual([signal.reason]);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError', message: 'No complete response within 100 ms.' });
});

test('an ended cancellation has no timer and no listener, and aborts nothing', async () => {
  const caller = new AbortController();
  const { cancellation, clock, reasons } = start(caller.signal);

  cancellation.end();
  caller.abort('left');

  expect(reasons).toEqual([]);
  expect(clock.waits()).toEqual([]);
  expect(listenersOf(caller.signal)).toBe(0);
});
