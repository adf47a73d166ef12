import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { execute } from '../e2e/client.ts';
import { ERROR_STATUS, SpanKind } from '../support/collector.ts';
import { startProgram } from '../support/program.ts';
import { logLines, startTraced, traceparentOf } from './tracing-support.ts';

const CLIENT_TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN = 'b7ad6b7169203331';

const MODELS =
  'query Models { models(first: 3) { nodes { displayName latest: latestTraining { status model { id } } } } }';

test('a query is one span, with a group for each field that causes requests, and a span for each request', async () => {
  const { program, collector, received } = await startTraced();

  const traceparent = `00-${CLIENT_TRACE}-${CLIENT_SPAN}-01`;
  await execute(program.url, MODELS, {}, { traceparent, tracestate: 'shop=1', 'x-request-id': 'r1' });

  const operation = await collector.span('query Models');
  const sent = received.filter(({ requestId }) => requestId === 'r1');
  const spans = collector.spans.filter(({ traceId }) => traceId === CLIENT_TRACE);
  expect(operation).toMatchObject({
    kind: SpanKind.server,
    parentSpanId: CLIENT_SPAN,
    attributes: {
      'graphql.operation.name': 'Models',
      'graphql.operation.type': 'query',
      'graphql.document.hash': expect.stringMatching(/^[0-9a-f]{64}$/),
      'http.response.status_code': 200,
      'flair.request.id': 'r1',
      'flair.tenant': expect.stringMatching(/^[\w-]{16}$/),
      'flair.requests.sent': sent.length,
    },
    resource: { 'service.name': 'flair-graphql-gateway' },
  });
  const groups = spans.filter(({ kind }) => kind === SpanKind.internal);
  expect(groups.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['models', operation.spanId],
    ['models.nodes.latest', operation.spanId],
  ]);
  const requests = spans.filter(({ kind }) => kind === SpanKind.client);
  const [models, latest] = groups;
  const modelCount = requests.length - 1;
  expect(modelCount).toBeGreaterThan(1);
  expect(requests.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['GET /models', models?.spanId],
    ...Array.from({ length: modelCount }, () => ['GET /models/{modelId}/trainings', latest?.spanId]),
  ]);
  expect(requests[0]?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'url.template': '/models',
    'server.address': '127.0.0.1',
    'flair.operation': 'listModels',
  });
  expect(new Set(sent.map(({ tracestate }) => tracestate))).toEqual(new Set(['shop=1']));
  expect(sent.map(({ traceparent }) => traceparent).toSorted()).toEqual(requests.map(traceparentOf).toSorted());
  const ends = requests.slice(1).map(({ endTimeUnixNano }) => BigInt(endTimeUnixNano));
  expect(BigInt(latest?.endTimeUnixNano ?? 0)).toBe(ends.reduce((last, end) => (end > last ? end : last)));
});

test('the log line of an operation names its trace, also without a client that traces', async () => {
  const { program, collector } = await startTraced();

  await execute(program.url, 'query Types { __typename }');

  const { traceId, spanId, parentSpanId } = await collector.span('query Types');
  await program.stop();
  expect(parentSpanId).toBeUndefined();
  expect(logLines(program).find(({ operation }) => operation === 'Types')).toMatchObject({ traceId, spanId });
});

test('a request that its client does not sample is not exported, and the header is passed on unchanged', async () => {
  const { program, collector, received } = await startTraced();
  const traceparent = `00-${CLIENT_TRACE}-${CLIENT_SPAN}-00`;

  await execute(program.url, MODELS, {}, { traceparent, 'x-request-id': 'r1' });
  await execute(program.url, 'query Marker { __typename }');

  await collector.span('query Marker');
  expect(collector.spans.filter(({ traceId }) => traceId === CLIENT_TRACE)).toEqual([]);
  const sent = received.filter(({ requestId }) => requestId === 'r1');
  expect(sent.length).toBeGreaterThan(1);
  expect(new Set(sent.map((request) => request.traceparent))).toEqual(new Set([traceparent]));
});

test('a retried request has a span for each attempt, and an error is named by its code', async () => {
  let failures = 1;
  const { program, collector } = await startTraced({
    intercept: ({ url }) => {
      if (url.endsWith('/missing')) return new Response('no', { status: 403 });
      return url.endsWith('/models') && failures-- > 0 ? new Response('no', { status: 503 }) : undefined;
    },
    env: { FLAIR_API_KEY: '' },
  });
  const key = { 'x-api-key': 'demo' };
  const missing = Buffer.from('Model:missing').toString('base64url');

  await execute(program.url, '{ models(first: 1) { nodes { id } } }', {}, key);
  await execute(program.url, `query Missing { model(id: "${missing}") { id displayName } }`, {}, key);
  await execute(program.url, 'query Invalid { nothing }', {}, key);

  await collector.until((spans) => spans.filter(({ name }) => name === 'GraphQL operation').length === 1);
  const attempts = collector.spans.filter(({ name }) => name === 'GET /models');
  expect(attempts.map(({ attributes, status }) => [attributes, status.code])).toEqual([
    [expect.objectContaining({ 'http.response.status_code': 503, 'error.type': '503' }), ERROR_STATUS],
    [expect.objectContaining({ 'http.request.resend_count': 1 }), 0],
  ]);
  expect(await collector.span('query Missing')).toMatchObject({
    status: { code: ERROR_STATUS },
    attributes: { 'error.type': 'FORBIDDEN', 'flair.error.codes': ['FORBIDDEN'] },
  });
  expect(await collector.span('GraphQL operation')).toMatchObject({
    attributes: { 'error.type': 'GRAPHQL_VALIDATION_FAILED' },
  });
});

test('spans contain no keys, variables, literals or tokens', async () => {
  const { program, collector, received } = await startTraced({
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-secret' },
  });
  const create = `mutation Create($name: String!) {
    createModel(input: { displayName: $name }) { ... on CreateModelSuccess { model { id } } }
    again: createModel(input: { displayName: "canary-literal" }) { ... on CreateModelSuccess { model { id } } }
  }`;
  const images = 'query Images { models(first: 3) { nodes { dataItems(first: 1) { nodes { image { url } } } } } }';
  const secret = { 'x-api-key': 'canary-key' };

  await execute(program.url, create, { name: 'canary-variable' });
  const { data } = await execute<object>(program.url, images);
  await execute(program.url, 'query Refused { models { nodes { id } } }', {}, secret);

  await collector.span('query Refused');
  const [, token = 'missing'] = /\/images\/([\w-]{20})/.exec(JSON.stringify(data)) ?? [];
  const exported = collector.bodies.join();
  expect(exported).toContain('createModel');
  for (const canary of ['canary-key', 'canary-variable', 'canary-literal', token, 'collector-secret'])
    expect(exported).not.toContain(canary);
  expect(token).not.toBe('missing');
  expect(collector.headers[0]?.authorization).toBe('Bearer collector-secret');
  const group = collector.spans.find(({ name }) => name === 'createModel');
  const requests = collector.spans.filter(({ name }) => name === 'POST /models');
  expect(requests.map(({ parentSpanId }) => parentSpanId)).toContain(group?.spanId);
  const posts = received.filter(({ method }) => method === 'POST');
  expect(posts.map(({ traceparent }) => traceparent)).toEqual(requests.map(traceparentOf));
});

test('a collector that cannot be reached is one warning, and delays nothing', async () => {
  // A port on which nothing listens.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  const program = await startProgram({
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      OTEL_BSP_SCHEDULE_DELAY: '10',
    },
  });
  const warnings = () => logLines(program).filter(({ problem }) => problem === 'traces');

  while (warnings().length === 0) expect(await execute(program.url, '{ __typename }')).toHaveProperty('data');
  for (let count = 0; count < 20; count++) await execute(program.url, '{ __typename }');
  const { code } = await program.stop();

  expect(code).toBe(0);
  expect(warnings()).toEqual([
    expect.objectContaining({ level: 40, state: 'begins', cause: expect.stringContaining('ECONNREFUSED') }),
  ]);
});

test('spans that wait are exported when the program stops', async () => {
  const { program, collector } = await startTraced({ env: { OTEL_BSP_SCHEDULE_DELAY: '600000' } });
  await execute(program.url, 'query Last { __typename }');

  await program.stop();

  expect(collector.spans.map(({ name }) => name)).toContain('query Last');
});

test.each([
  ['without a collector', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['if the SDK is disabled', { OTEL_SDK_DISABLED: 'true' }],
  ['without samples', { OTEL_TRACES_SAMPLER: 'always_off' }],
])('nothing is traced %s', async (_, env) => {
  const { program, collector, received } = await startTraced({ env });

  await execute(program.url, MODELS);
  await program.stop();

  expect(collector.bodies).toEqual([]);
  expect(received.some(({ traceparent }) => traceparent !== null)).toBe(false);
});
