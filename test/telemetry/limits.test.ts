import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import { createRequests } from '../../src/telemetry/requests.ts';
import { startTracing } from '../../src/telemetry/tracing/tracing.ts';
import { sleep, startTimer } from '../../src/util/timers.ts';
import { startCollector } from '../support/collector.ts';

/** Starts to trace requests that a test makes up. */
async function startTracedRequests() {
  const collector = await startCollector();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const log = pino({ level: 'silent' });
  const monotonicNow = () => 0;
  const tracing = startTracing({ baseUrl: 'http://api.example', contract, log, monotonicNow, startTimer, sleep });
  const requests = createRequests({ log, monotonicNow, onStart: tracing.onStart });
  const start = () => {
    const record = requests.start({ headers: {}, client: undefined, transport: 'websocket' });
    record.isOperation = true;
    return record;
  };
  return { collector, tracing, requests, start };
}

test('a poll links to 32 subscriptions at most, and to each once', async () => {
  const { collector, tracing, start } = await startTracedRequests();
  const records = Array.from({ length: 40 }, start);

  tracing
    .tracePoll([...records, ...records])
    .startSpan?.('listPredictions', 0)
    .end('2xx');
  tracing.tracePoll([records[0], records[0], 'unknown', undefined]).startSpan?.('getTraining', 0).end('timeout');
  await tracing.close();

  const [page, single] = collector.spans;
  expect(page?.links.map(({ spanId }) => spanId)).toEqual(records.slice(0, 32).map(({ trace }) => trace?.spanId));
  expect(single?.links).toHaveLength(1);
  expect(single?.attributes).toMatchObject({ 'error.type': 'timeout' });
});

test('the trace of a stream does not grow without end', async () => {
  const { collector, tracing, requests, start } = await startTracedRequests();
  const record = start();

  for (let event = 0; event < 150; event++) {
    const end = record.startEvent?.();
    record.startSpan?.('getModel', 0).end('2xx');
    end?.(undefined);
  }
  requests.end(record, {});
  await tracing.close();

  const countOf = (name: string) => collector.spans.filter((span) => span.name === name).length;
  expect([countOf('event'), countOf('GET /models/{modelId}'), countOf('GraphQL operation')]).toEqual([100, 100, 1]);
});

test('requests that are no operations are not exported', async () => {
  const { collector, tracing, requests, start } = await startTracedRequests();
  const record = start();
  record.isOperation = false;

  requests.end(record, { status: 200 });
  requests.end(start(), {});
  await tracing.close();

  expect(record.traceId).toBeUndefined();
  expect(collector.spans.map(({ spanId }) => spanId)).not.toContain(record.trace?.spanId);
  expect(collector.spans).toHaveLength(1);
});
