import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { NEVER_ABORTED, unlessAborted } from '../../src/util/abort-signals.ts';

const REASON = new Error('the reason');
const pending = () => new Promise<never>(() => {});

test('the result of the work is returned', async () => {
  const { signal } = new AbortController();

  expect(await unlessAborted(Promise.resolve('result'), signal)).toBe('result');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('the error of the work is thrown', async () => {
  const { signal } = new AbortController();

  await expect(unlessAborted(Promise.reject(REASON), signal)).rejects.toBe(REASON);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('an abort rejects with its reason, and the work is ignored from then on', async () => {
  const controller = new AbortController();
  let fail = (_: Error) => {};
  const work = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const result = unlessAborted(work, controller.signal);

  controller.abort(REASON);
  fail(new Error('late'));

  await expect(result).rejects.toBe(REASON);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('an abort from before rejects at once', async () => {
  await expect(unlessAborted(pending(), AbortSignal.abort(REASON))).rejects.toBe(REASON);
});

test('the error is created when the signal aborts', async () => {
  const controller = new AbortController();
  let progress = 'waiting';
  const result = unlessAborted(pending(), controller.signal, () => progress);

  progress = 'sent';
  controller.abort(REASON);

  await expect(result).rejects.toBe('sent');
});

test('many operations listen to the signal that never aborts without a warning', async () => {
  const before = getEventListeners(NEVER_ABORTED, 'abort');
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  let end = () => {};
  const work = new Promise<void>((resolve) => {
    end = resolve;
  });
  const results = Array.from({ length: 20 }, () => unlessAborted(work, NEVER_ABORTED));
  await new Promise(setImmediate);
  process.off('warning', onWarning);

  end();
  await Promise.all(results);

  expect(warnings).toEqual([]);
  expect(getEventListeners(NEVER_ABORTED, 'abort')).toEqual(before);
});
