import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import { createRequests } from '../../src/telemetry/requests.ts';
import { startTracing } from '../../src/telemetry/tracing/tracing.ts';
import { sleep, startTimer } from '../../src/util/timers.ts';
import { until } from '../support/clock.ts';
import { startCollector } from '../support/collector.ts';
import { startGateway } from '../support/gateway.ts';

/** Executes two queries at the same time, while the upstream does not respond, and returns their spans. */
async function traceTogether(queries: readonly [string, string], isShared: (record: Shared) => boolean) {
  const collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { gateway } = startGateway({
    transport: async (request, upstream) => {
      await released;
      return upstream(request);
    },
  });
  const log = pino({ level: 'silent' });
  const monotonicNow = () => 0;
  const tracing = startTracing({ baseUrl: 'http://api.example', contract, log, monotonicNow, startTimer, sleep });
  const requests = createRequests({ log, monotonicNow, onStart: tracing.onStart });
  const start = (query: string) => {
    const record = requests.start({ headers: {}, client: undefined, transport: 'http' });
    const request = new Request('http://localhost:4000/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const response = gateway.fetch(request, undefined, record).then(async (received) => {
      await received.text();
      requests.end(record, { status: received.status });
    });
    return { record, response };
  };

  const first = start(queries[0]);
  await until(() => first.record.sent === 1);
  const second = start(queries[1]);
  await until(() => isShared(second.record));
  release();
  await Promise.all([first.response, second.response]);
  await tracing.close();
  return collector.spans;
}

type Shared = Pick<ReturnType<ReturnType<typeof createRequests>['start']>, 'shared' | 'isJoined'>;

test('a query that joins an equal one is linked to it', async () => {
  const query = 'query Models { models(first: 1) { nodes { id } } }';

  const spans = await traceTogether([query, query], ({ isJoined }) => isJoined);

  const operations = spans.filter(({ name }) => name === 'query Models');
  const joined = operations.find(({ events }) => events.some(({ name }) => name === 'shared'));
  const owner = operations.find((span) => span !== joined);
  expect(operations).toHaveLength(2);
  expect(joined?.links).toMatchObject([{ traceId: owner?.traceId, spanId: owner?.spanId }]);
  expect(owner?.links).toEqual([]);
  expect(spans.filter(({ name }) => name === 'GET /models')).toHaveLength(1);
});

test('a read that joins that of another operation links its field to the field of the other one', async () => {
  const spans = await traceTogether(
    ['query First { models(first: 1) { nodes { id } } }', 'query Second { list: models(first: 2) { nodes { id } } }'],
    ({ shared }) => shared === 1,
  );

  const spanOf = (name: string) => spans.find((span) => span.name === name);
  const owner = spanOf('models');
  expect(spanOf('list')).toMatchObject({
    parentSpanId: spanOf('query Second')?.spanId,
    links: [{ traceId: owner?.traceId, spanId: owner?.spanId }],
    events: [{ name: 'shared' }],
  });
  expect(owner?.parentSpanId).toBe(spanOf('query First')?.spanId);
  expect(spanOf('GET /models')?.parentSpanId).toBe(owner?.spanId);
});
