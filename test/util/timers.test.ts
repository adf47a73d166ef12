import { execFile } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_TIMER_DELAY } from '../../src/util/timer-delay.ts';
import { startTimer } from '../../src/util/timers.ts';

/** Makes `import { setTimeout } from 'node:timers'` refer to the global timers, real or faked. */
function importGlobalTimers() {
  Object.assign(timers, { setTimeout, clearTimeout });
  syncBuiltinESMExports();
}

describe('timers with a test clock', () => {
  const calls: string[] = [];
  const start = (name: string, milliseconds: number) => startTimer(milliseconds, () => calls.push(name));
  beforeEach(() => {
    calls.length = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    importGlobalTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    importGlobalTimers();
  });

  test('timers with the same delay each call back at their own time', () => {
    start('first', 100);
    vi.advanceTimersByTime(40);
    start('second', 100);

    vi.advanceTimersByTime(59);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(calls).toEqual(['first']);
    vi.advanceTimersByTime(39);
    expect(calls).toEqual(['first']);
    vi.advanceTimersByTime(1);
    expect(calls).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a shorter timer does not wait for a longer one', () => {
    start('long', 100);
    start('short', 10);
    vi.advanceTimersByTime(10);

    expect(calls).toEqual(['short']);
  });

  test('a stopped timer never calls back, even if it is stopped twice, or by another one at the same time', () => {
    const stop = start('first', 100);
    start('second', 100);
    stop();
    stop();
    let stopLast = () => {};
    startTimer(100, () => stopLast());
    stopLast = start('last', 100);
    vi.advanceTimersByTime(200);

    expect(calls).toEqual(['second']);
  });

  test('a timer beyond the maximum delay is set again, until it is due or stopped', () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    start('long', MAX_TIMER_DELAY + 1_000);
    const stop = start('stopped', MAX_TIMER_DELAY + 1_000);
    start('never', Number.POSITIVE_INFINITY);

    vi.advanceTimersByTime(MAX_TIMER_DELAY + 999);
    expect(calls).toEqual([]);
    stop();
    vi.advanceTimersByTime(1);

    expect(calls).toEqual(['long']);
    expect(warnings).toEqual([]);
    process.off('warning', onWarning);
  });
});

describe('timers in real time', () => {
  test('a running timer does not keep the process alive', () => {
    const running = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = running();

    const stops = [startTimer(60_000, () => {}), startTimer(Number.POSITIVE_INFINITY, () => {})];

    expect(running()).toBe(before);
    for (const stop of stops) stop();
  });

  test('a timer beyond the maximum delay does not end immediately', async () => {
    const calls: string[] = [];
    const stop = startTimer(MAX_TIMER_DELAY + 1, () => calls.push('long'));
    // An overflown timer waits for 1 ms, so it calls back before one of 5 ms.
    await new Promise<void>((resolve) => void startTimer(5, resolve));

    expect(calls).toEqual([]);
    stop();
  });

  test('a timer calls back even if another one throws', async () => {
    const script = `
      const { startTimer } = await import('./src/util/timers.ts');
      process.on('uncaughtException', ({ message }) => console.log(message));
      startTimer(1, () => { throw new Error('broken'); });
      startTimer(1, () => console.log('second'));
      setTimeout(() => {}, 50);
    `;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      script,
    ]);

    expect(stdout).toBe('broken\nsecond\n');
  });
});
