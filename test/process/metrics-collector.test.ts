import { expect, test } from 'vitest';
import type { ToWorker } from '../../src/process/messages.ts';
import { MetricsCollector } from '../../src/process/metrics-collector.ts';
import { createClock } from '../support/clock.ts';

/** The metrics of a worker that has counted to a number, and observed as many durations of 1 second. */
const snapshotOf = (count: number) => [
  { name: 'count', help: 'A counter.', type: 'counter', aggregator: 'sum', values: [{ value: count, labels: {} }] },
  { name: 'open', help: 'A gauge.', type: 'gauge', aggregator: 'sum', values: [{ value: count, labels: {} }] },
  {
    name: 'seconds',
    help: 'A histogram.',
    type: 'histogram',
    aggregator: 'sum',
    values: [
      { metricName: 'seconds_bucket', value: count, labels: { le: 1 } },
      { metricName: 'seconds_count', value: count, labels: {} },
    ],
  },
];

/** A collector with workers that respond when a test wants them to. */
function createRig() {
  const clock = createClock();
  const collector = new MetricsCollector(clock.startTimer);
  return {
    clock,
    startWorker() {
      const requests: number[] = [];
      const replies: ToWorker[] = [];
      const { receive, close } = collector.add((message: ToWorker) => {
        if (message.type === 'collect-metrics') requests.push(message.id);
        else replies.push(message);
      });
      return {
        requests,
        replies,
        receive,
        close,
        listen: () => receive({ type: 'listening', url: 'http://a' }),
        /** @param count Undefined if the worker cannot read its metrics. */
        respond(count: number | undefined) {
          const snapshot = count !== undefined && { snapshot: snapshotOf(count) };
          for (const id of requests.splice(0)) receive({ type: 'metrics', id, ...snapshot });
        },
      };
    },
    /** Collects the metrics, while something happens. */
    async collect(meanwhile: () => unknown) {
      const text = collector.text();
      await meanwhile();
      const series = Object.fromEntries((await text).split('\n').map((line) => line.split(' ')));
      return [series.count, series.seconds_count, series['seconds_bucket{le="1"}'], series.open];
    },
  };
}

test('a worker that does not respond in time is counted with its previous metrics', async () => {
  const { clock, startWorker, collect } = createRig();
  const [first, second] = [startWorker(), startWorker()];
  first.listen();
  second.listen();
  await collect(() => {
    first.respond(10);
    second.respond(5);
  });

  const sum = await collect(async () => {
    first.respond(11);
    await clock.advance(2_000);
  });

  expect(sum).toEqual(['16', '16', '16', '16']);
  // Its late response is used in the next collection.
  second.respond(7);
  expect(
    await collect(async () => {
      first.respond(11);
      await clock.advance(2_000);
    }),
  ).toEqual(['18', '18', '18', '18']);
});

test('the counters and histograms of workers that have ended remain in the sums, their gauges do not', async () => {
  const { startWorker, collect } = createRig();
  const [first, second, third] = [startWorker(), startWorker(), startWorker()];
  for (const worker of [first, second, third]) worker.listen();
  await collect(() => {
    for (const worker of [first, second, third]) worker.respond(10);
  });

  first.close();
  second.close();
  const replacement = startWorker();
  replacement.listen();

  expect(
    await collect(() => {
      third.respond(11);
      replacement.respond(2);
    }),
  ).toEqual(['33', '33', '33', '13']);
});

test('a worker that ends while metrics are collected is counted once, and not waited for', async () => {
  const { clock, startWorker, collect } = createRig();
  const [first, second] = [startWorker(), startWorker()];
  first.listen();
  second.listen();
  await collect(() => {
    first.respond(10);
    second.respond(10);
  });

  const sum = await collect(() => {
    first.respond(12);
    first.close();
    second.close();
  });

  expect([sum, clock.waits()]).toEqual([['22', '22', '22', undefined], []]);
});

test('a worker that still starts receives no request for its metrics', async () => {
  const { clock, startWorker, collect } = createRig();
  const [first, starting] = [startWorker(), startWorker()];
  first.listen();

  expect(await collect(() => first.respond(3))).toEqual(['3', '3', '3', '3']);
  expect([starting.requests, clock.waits()]).toEqual([[], []]);
});

test('a worker whose metrics cannot be read is counted with its previous ones', async () => {
  const { startWorker, collect } = createRig();
  const worker = startWorker();
  worker.listen();
  await collect(() => worker.respond(3));

  expect(await collect(() => worker.respond(undefined))).toEqual(['3', '3', '3', '3']);
});

test('a worker that requests the metrics receives the error that prevents their collection', async () => {
  const { clock, startWorker } = createRig();
  const worker = startWorker();
  worker.listen();

  worker.receive({ type: 'read-metrics', id: 5 });
  const [id = 0] = worker.requests;
  worker.receive({ type: 'metrics', id, snapshot: [{ name: 'count', aggregator: 'unknown', values: [] }] });
  await clock.advance(0);

  expect(worker.replies).toEqual([{ type: 'metrics-text', id: 5, failure: "'unknown' is not a defined aggregator." }]);
});
