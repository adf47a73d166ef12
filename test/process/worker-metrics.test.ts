import pino from 'pino';
import { expect, test } from 'vitest';
import type { FromWorker } from '../../src/process/messages.ts';
import { WorkerMetrics } from '../../src/process/worker-metrics.ts';
import { createClock } from '../support/clock.ts';

/** The metrics of a worker that has counted to 1, unless they cannot be read; its messages, and its log. */
function startWorker(failure?: Error) {
  const clock = createClock();
  const sent: FromWorker[] = [];
  const lines: string[] = [];
  const metrics = new WorkerMetrics({
    send: (message) => void sent.push(message),
    snapshot: async () => {
      if (failure) throw failure;
      return [{ name: 'count' }];
    },
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) }),
    startTimer: clock.startTimer,
  });
  return { clock, sent, lines, metrics };
}

test('a worker responds at once if its metrics cannot be read, and logs one line', async () => {
  for (const [failure, reply, log] of [
    [undefined, { snapshot: [{ name: 'count' }] }, []],
    [new Error('no memory'), {}, ['the metrics of a worker could not be read']],
  ] as const) {
    const { clock, sent, lines, metrics } = startWorker(failure);

    metrics.receive({ type: 'collect-metrics', id: 7 });
    await clock.advance(0);

    expect([sent, lines]).toEqual([[{ type: 'metrics', id: 7, ...reply }], log]);
  }
});

test('the metrics of all workers are those that the primary process returns', async () => {
  const { clock, sent, metrics } = startWorker();
  const [first, second] = [metrics.text(), metrics.text()];
  expect(sent).toEqual([
    { type: 'read-metrics', id: 1 },
    { type: 'read-metrics', id: 2 },
  ]);

  metrics.receive({ type: 'metrics-text', id: 2, text: 'count 2' });
  metrics.receive({ type: 'metrics-text', id: 1, failure: 'no memory' });

  expect(await second).toBe('count 2');
  await expect(first).rejects.toThrow('The primary process could not collect the metrics: no memory');
  expect(clock.waits()).toEqual([]);
});

test('a primary process that does not return the metrics is waited for 5 seconds', async () => {
  const { clock, metrics } = startWorker();
  const failed = expect(metrics.text()).rejects.toThrow('The primary process did not return the metrics within 5 s.');

  await clock.advance(5_000);

  await failed;
});
