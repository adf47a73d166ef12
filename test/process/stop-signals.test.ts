import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { onStopSignal } from '../../src/process/stop-signals.ts';
import { createClock } from '../support/clock.ts';

/** The calls that signals cause, each after some milliseconds. */
async function callsAfter(drainMilliseconds: number, signals: readonly (readonly [after: number, signal: string])[]) {
  const clock = createClock();
  const source = new EventEmitter();
  const calls: string[] = [];
  onStopSignal({
    drainMilliseconds,
    drain: () => void calls.push('drain'),
    stop: () => void calls.push('stop'),
    kill: (signal) => void calls.push(`kill ${signal}`),
    source,
    startTimer: clock.startTimer,
    monotonicNow: clock.monotonicNow,
  });
  for (const [after, signal] of signals) {
    await clock.advance(after);
    source.emit(signal, signal);
  }
  await clock.advance(10_000);
  return calls;
}

test.each<[name: string, drain: number, signals: [number, string][], calls: string[]]>([
  ['SIGTERM drains, then stops', 5_000, [[0, 'SIGTERM']], ['drain', 'stop']],
  ['SIGTERM stops at once without a drain', 0, [[0, 'SIGTERM']], ['stop']],
  ['Ctrl-C stops at once', 5_000, [[0, 'SIGINT']], ['stop']],
  [
    'a second signal ends the drain',
    60_000,
    [
      [0, 'SIGTERM'],
      [1_000, 'SIGTERM'],
    ],
    ['drain', 'stop'],
  ],
  [
    'a signal after the stop kills',
    0,
    [
      [0, 'SIGTERM'],
      [1_000, 'SIGTERM'],
    ],
    ['stop', 'kill SIGTERM'],
  ],
  [
    'Ctrl-C that npm forwards as well counts once',
    5_000,
    [
      [0, 'SIGINT'],
      [50, 'SIGINT'],
    ],
    ['stop'],
  ],
  [
    'another signal counts at once',
    0,
    [
      [0, 'SIGTERM'],
      [1, 'SIGINT'],
    ],
    ['stop', 'kill SIGINT'],
  ],
])('%s', async (_, drain, signals, calls) => {
  expect(await callsAfter(drain, signals)).toEqual(calls);
});
