import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { createMetrics, type Metrics, sumMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { createRequests } from '../../src/telemetry/requests.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

/** Serves a gateway with metrics. */
async function serveMeasured(options: StartOptions = {}) {
  const metrics = createMetrics({ version: '1.2.3', limits: new Set(['MAX_BODY_BYTES', 'MAX_QUERY_DEPTH']) });
  const started = startGateway({ ...options, measurements: metrics.measurements });
  const { monotonicNow } = started.clock;
  const log = pino({ level: 'silent' });
  const requests = createRequests({ log, monotonicNow, onRequest: metrics.measurements.onRequest });
  const server = await serverOf(started, { requests, log });
  metrics.watch(() => ({
    ...started.gateway.counts,
    sockets: server.sockets,
    streams: requests.streams,
    isRedisConnected: undefined,
  }));
  const post = async (body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'demo', ...headers },
      body: JSON.stringify(body),
    });
    return await response.text();
  };
  return { ...started, ...readerOf(metrics), url: server.url, post, requests };
}

/** Reads single values of metrics. */
function readerOf(metrics: Pick<Metrics, 'text'>) {
  const lines = async () => (await metrics.text()).split('\n');
  return {
    /** The value of a metric with these labels, in the order in which they are written; undefined if there is none. */
    value: async (series: string): Promise<number | undefined> => {
      const line = (await lines()).find((one) => one.startsWith(`flair_gateway_${series} `));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    },
    /** All series of a metric. */
    series: async (name: string) => (await lines()).filter((line) => line.startsWith(`flair_gateway_${name}{`)),
  };
}

const watch = (id: string) => ({
  query: 'subscription Watch($id: ID!) { predictionUpdated(id: $id) { status } }',
  variables: { id },
});

test('operations are counted by name, type, transport and the code of their first error', async () => {
  const { post, value } = await serveMeasured();

  for (const _ of [1, 2, 3]) await post({ query: 'query Names { models { nodes { id } } }' });
  await post({ query: 'mutation { createModel(input: { displayName: "A" }) { __typename } }' });
  await post({ query: '{' });

  const failed = 'operations_total{operation="anonymous",type="unknown",transport="http",code="GRAPHQL_PARSE_FAILED"}';
  expect(await value(failed)).toBe(1);
  expect(await value('operations_total{operation="Names",type="query",transport="http",code="OK"}')).toBe(3);
  expect(await value('operations_total{operation="anonymous",type="mutation",transport="http",code="OK"}')).toBe(1);
  expect(await value('operation_duration_seconds_count{operation="Names",type="query"}')).toBe(3);
  expect(
    await value('upstream_request_duration_seconds_count{operation="listModels",status="2xx",kind="request"}'),
  ).toBe(3);
  expect(await value('http_request_duration_seconds_count{route="graphql",status="200"}')).toBe(5);
});

test('names of operations are bounded, and those of unknown clients are not used', async () => {
  const { post, value, series } = await serveMeasured();

  // A key that the client has made up is rejected only once it is used.
  await post({ query: 'query Stranger { __typename }' }, { 'x-api-key': 'made-up' });
  await post({ query: 'query Stranger { models { nodes { id } } }' }, { 'x-api-key': 'made-up' });
  const other = (code: string) => `operations_total{operation="other",type="query",transport="http",code="${code}"}`;
  expect(await value(other('OK'))).toBe(1);
  expect(await value(other('UNAUTHENTICATED'))).toBe(1);
  for (let name = 0; name < 210; name++) await post({ query: `query Name${name} { models { nodes { id } } }` });

  expect(await series('operations_total')).toHaveLength(202);
  expect(await value(other('OK'))).toBe(11);
});

test('three viewers of one job share its polls, and its changes are measured', async () => {
  const { url, upstream, clock, value } = await serveMeasured();
  const model = await seedModel(upstream, 'Dresses');
  const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [model.id]) });
  const abort = new AbortController();
  const streams = await Promise.all(
    [1, 2, 3].map(() =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': 'demo' },
        body: JSON.stringify(watch(id)),
        signal: abort.signal,
      }),
    ),
  );
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
  await until(() => true);
  expect(await value('jobs_watched')).toBe(1);
  expect(await value('job_listeners')).toBe(3);
  expect(await value('streams{transport="sse"}')).toBe(3);
  expect(await value('poll_budget_per_second')).toBe(1e9);

  const texts = Promise.all(streams.map((response) => response.text()));
  for (let second = 0; second < 30; second++) await clock.advance(1_000);
  await texts;

  const polls = Number(await value('polls_total{kind="job"}'));
  expect(polls).toBeGreaterThan(1);
  expect(Number(await value('polls_saved_total{by="sharing"}'))).toBeGreaterThanOrEqual(2 * (polls - 1));
  expect(await value('poll_listeners_count')).toBe(polls);
  expect(Number(await value('job_change_delay_seconds_count'))).toBeGreaterThan(0);
  expect(await value('jobs_watched')).toBe(0);
  expect(await value('streams{transport="sse"}')).toBe(0);
  expect(Number(await value('stream_events_total'))).toBeGreaterThanOrEqual(6);
  expect(await value('stream_duration_seconds_count{transport="sse"}')).toBe(3);
});

test('followers of a list share the polls of its jobs', async () => {
  const { url, upstream, clock, value } = await serveMeasured();
  const model = await seedModel(upstream, 'Dresses');
  await seedPrediction(upstream, [model.id]);
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': 'demo' };
  const body = JSON.stringify({ query: 'subscription { predictionsUpdated { status } }' });
  const opened = [1, 2, 3, 4, 5].map(() =>
    fetch(`${url}/graphql`, { method: 'POST', headers, body, signal: abort.signal }),
  );
  await Promise.all(opened);

  for (let second = 0; second < 5; second++) await clock.advance(1_000);

  expect(await value('job_listeners')).toBe(5);
  const polls = Number(await value('polls_total{kind="job"}')) + Number(await value('polls_total{kind="list"}'));
  expect(polls).toBeGreaterThan(1);
  // The first subscriber may have been alone when its first polls were sent.
  expect(Number(await value('polls_saved_total{by="sharing"}'))).toBeGreaterThanOrEqual(4 * (polls - 2));
});

test('jobs without a state are stale while the upstream fails', async () => {
  const { post, url, clock, value } = await serveMeasured({
    transport: () => Promise.resolve(new Response(null, { status: 503 })),
  });
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const stream = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': 'demo' },
    body: JSON.stringify(watch(globalId({ kind: 'Prediction', id: 'p' }))),
    signal: abort.signal,
  });
  stream.catch(() => {});
  await post({ query: '{ __typename }' });

  for (let second = 0; second < 10; second++) await clock.advance(1_000);

  expect(await value('jobs_watched')).toBe(1);
  expect(await value('jobs_stale')).toBe(1);
});

test('a client that leaves before its response is counted neither as a success nor as an open stream', async () => {
  let arrived = 0;
  const { url, value, requests } = await serveMeasured({
    transport: () => {
      arrived++;
      return new Promise(() => {});
    },
  });
  for (const accept of ['application/json', 'text/event-stream']) {
    const abort = new AbortController();
    const response = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, 'x-api-key': 'demo' },
      body: JSON.stringify({ query: `query Gone { models { nodes { id } } } # ${accept}` }),
      signal: abort.signal,
    });
    response.catch(() => {});
    const before = arrived;
    await until(() => arrived > before);
    abort.abort();
    const aborted = 'operations_total{operation="Gone",type="query",transport="http",code="ABORTED"}';
    const expected = accept === 'application/json' ? 1 : 2;
    while ((await value(aborted)) !== expected) await settle(1);
  }

  expect(await value('http_request_duration_seconds_count{route="graphql",status="499"}')).toBe(2);
  expect(requests.streams).toMatchObject({ sse: 0, websocket: 0 });
});

test('rejections are counted by the setting of the limit', async () => {
  const { post, value } = await serveMeasured({ uploads: { operationBytes: 1_024 }, limits: { depth: 2 } });

  await post({ query: ' '.repeat(2_000) });
  await post({ query: '{ models { nodes { id } } }' });

  expect(await value('rejections_total{limit="MAX_BODY_BYTES"}')).toBe(1);
  expect(await value('rejections_total{limit="MAX_QUERY_DEPTH"}')).toBe(1);
});

test('retries, failures and saved reads are counted', async () => {
  let failures = 2;
  const { post, value } = await serveMeasured({
    transport: (request, upstream) =>
      failures-- > 0 ? Promise.resolve(new Response(null, { status: 503 })) : upstream(request),
  });

  await post({ query: '{ models { nodes { id } } }' });

  const requests = 'upstream_request_duration_seconds_count{operation="listModels"';
  expect(await value(`${requests},status="503",kind="request"}`)).toBe(2);
  expect(await value(`${requests},status="2xx",kind="request"}`)).toBe(1);
  expect(await value('upstream_retries_total{operation="listModels"}')).toBe(2);
  expect(await value('problem{problem="upstream"}')).toBe(1);
  expect(await value('problem{problem="breaker"}')).toBe(0);
});

test('the metrics of several processes are summed, except for those that are not sums', async () => {
  const options = { version: '1.2.3', limits: new Set<string>() };
  const processes = [createMetrics(options), createMetrics(options)];
  for (const [index, { measurements, watch: setSource }] of processes.entries()) {
    measurements.polls.onPoll('job', 3);
    setSource(() => ({
      polls: { watched: 2, listeners: 3, stale: 0, running: 1, perSecond: 20 },
      waitingRequests: 0,
      isCircuitOpen: false,
      decodeBytes: { reserved: 0, max: 10 },
      problems: [{ name: 'upstream', isPresent: index === 1 }],
      sockets: 5,
      streams: { sse: 1, websocket: 2, events: 7 },
      isRedisConnected: index === 0,
    }));
  }

  const { value } = readerOf({
    text: async () => sumMetrics(await Promise.all(processes.map(({ snapshot }) => snapshot()))),
  });

  expect(await value('polls_total{kind="job"}')).toBe(2);
  expect(await value('polls_saved_total{by="sharing"}')).toBe(4);
  expect(await value('jobs_watched')).toBe(4);
  expect(await value('sockets')).toBe(10);
  expect(await value('streams{transport="websocket"}')).toBe(4);
  expect(await value('stream_events_total')).toBe(14);
  expect(await value('problem{problem="upstream"}')).toBe(1);
  expect(await value('redis_connected')).toBe(0);
  expect(await value('info{version="1.2.3"}')).toBe(1);
});
