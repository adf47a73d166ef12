import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { dataItemOf, image, MODEL, openClient, predictionOf, type Scenario, startScenario } from './support.ts';

const BOUNDARY = 'a-boundary';
const JSON_HEADERS = ['Content-Type: application/json', 'X-API-Key: key'];
const COMES_WHOLE = predictionOf('elsewhere-comes whole');

/** A request to the gateway, and the upstream request that it causes. */
interface TestRequest {
  method: string;
  path: string;
  headers: readonly string[];
  body?: Buffer;
  /** Part of the path of the upstream request that gets no response before the client disconnects. */
  held?: string;
  /** True if that request is a write, which continues without its client. */
  writes?: boolean;
}

const post = (query: string, variables: object, more: Partial<TestRequest> = {}): TestRequest => ({
  method: 'POST',
  path: '/graphql',
  headers: JSON_HEADERS,
  body: Buffer.from(JSON.stringify({ query, variables })),
  ...more,
});

async function imageOf(
  scenario: Scenario,
  document: string,
  id: string,
  more: Partial<TestRequest> = {},
): Promise<TestRequest> {
  return { method: 'GET', path: await scenario.imagePath(document, id), headers: [], ...more };
}

async function ticket(scenario: Scenario): Promise<TestRequest> {
  const response = await fetch(`${scenario.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
    body: JSON.stringify({
      query: `mutation { createUploadTickets(input: { target: { newInModel: "${MODEL}" } }) { ... on CreateUploadTicketsSuccess { tickets { url } } } }`,
    }),
  });
  const [path = ''] = /\/uploads\/[\w-]+/.exec(await response.text()) ?? [];
  return { method: 'PUT', path, headers: [], body: image, held: '/data', writes: true };
}

const multipart: TestRequest = {
  method: 'POST',
  path: '/graphql',
  headers: [`Content-Type: multipart/form-data; boundary=${BOUNDARY}`, 'X-API-Key: key'],
  body: Buffer.concat([
    Buffer.from(
      [
        `--${BOUNDARY}`,
        'Content-Disposition: form-data; name="operations"',
        '',
        `{"query":"mutation($f:File!){uploadDataItem(input:{modelId:\\"${MODEL}\\",file:$f}){__typename}}","variables":{"f":null}}`,
        `--${BOUNDARY}`,
        'Content-Disposition: form-data; name="map"',
        '',
        '{"0":["variables.f"]}',
        `--${BOUNDARY}`,
        'Content-Disposition: form-data; name="0"; filename="a.png"',
        '',
        '',
      ].join('\r\n'),
    ),
    image,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]),
  held: '/data',
  writes: true,
};

const imageUrl = `query($id: ID!) { prediction(id: $id) { images { url } } }`;
const resizedUrl = `query($id: ID!) { prediction(id: $id) { images { url(width: 64) } } }`;
const dataItemUrl = `query($id: ID!) { node(id: $id) { ... on DataItem { image { url } } } }`;
const model = `query($id: ID!) { model(id: $id) { displayName } }`;

const routes: readonly [route: string, createRequest: (scenario: Scenario) => TestRequest | Promise<TestRequest>][] = [
  ['a plain query', () => post(model, { id: MODEL }, { held: '/models/' })],
  [
    'a query by GET',
    () => ({
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(`{ model(id: "${MODEL}") { displayName } }`)}`,
      headers: ['X-API-Key: key', 'X-GraphQL-Yoga-CSRF: 1'],
      held: '/models/',
    }),
  ],
  [
    'a query of image sizes',
    () =>
      post(`query($id: ID!) { prediction(id: $id) { images { width } } }`, { id: COMES_WHOLE }, { held: '/images/' }),
  ],
  [
    'a mutation',
    () =>
      post(
        `mutation { createModel(input: { displayName: "a" }) { __typename } }`,
        {},
        { held: '/models', writes: true },
      ),
  ],
  [
    'a subscription over server-sent events',
    () =>
      post(
        `subscription($id: ID!) { predictionUpdated(id: $id) { status } }`,
        { id: predictionOf('other') },
        { headers: [...JSON_HEADERS, 'Accept: text/event-stream'], held: '/predictions/other' },
      ),
  ],
  ['a multipart upload', () => multipart],
  ['an upload by a ticket', ticket],
  ['an image of a prediction', (scenario) => imageOf(scenario, imageUrl, COMES_WHOLE, { held: '/images/' })],
  [
    'a range of an image',
    (scenario) => imageOf(scenario, imageUrl, COMES_WHOLE, { held: '/images/', headers: ['Range: bytes=100-'] }),
  ],
  ['a resized image', (scenario) => imageOf(scenario, resizedUrl, COMES_WHOLE, { held: '/images/' })],
  [
    'an image of a data item',
    (scenario) => imageOf(scenario, dataItemUrl, dataItemOf('raw', 'comes whole'), { held: '/data/raw' }),
  ],
  [
    'an image of a data item in base64',
    (scenario) => imageOf(scenario, dataItemUrl, dataItemOf('base64', 'comes whole'), { held: '/data/base64' }),
  ],
  ['GraphiQL', () => ({ method: 'GET', path: '/graphql', headers: ['Accept: text/html'] })],
  ['health', () => ({ method: 'GET', path: '/health', headers: [] })],
  ['an unknown path', () => ({ method: 'GET', path: '/nothing', headers: [] })],
  ['an invalid image URL', () => ({ method: 'GET', path: '/images/none', headers: [] })],
  [
    'a preflight',
    () => ({
      method: 'OPTIONS',
      path: '/graphql',
      headers: ['Origin: http://a.example', 'Access-Control-Request-Method: POST'],
    }),
  ],
  [
    'a WebSocket',
    () => ({
      method: 'GET',
      path: '/graphql',
      headers: [
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        'Sec-WebSocket-Protocol: graphql-transport-ws',
      ],
    }),
  ],
];

const headOf = ({ method, path, headers, body }: TestRequest) =>
  Buffer.from(
    [
      `${method} ${path} HTTP/1.1`,
      'Host: localhost',
      ...(body ? [`Content-Length: ${body.byteLength}`] : []),
      ...headers,
      '',
      '',
    ].join('\r\n'),
  );

type Client = ReturnType<typeof openClient>;

/** Stages of a request at which a client disconnects. Each sends bytes, and waits for a condition. */
const stages: Readonly<
  Record<string, (client: Client, request: TestRequest, scenario: Scenario) => Promise<void> | 'does not apply'>
> = {
  async 'in the middle of its headers'(client, request) {
    await written(client, headOf(request).subarray(0, -10));
  },
  'before its body'(client, request) {
    return request.body ? written(client, headOf(request)) : 'does not apply';
  },
  'in the middle of its body'(client, request) {
    if (!request.body) return 'does not apply';
    return written(client, Buffer.concat([headOf(request), request.body.subarray(0, request.body.byteLength / 2)]));
  },
  async 'right after its last byte'(client, request) {
    await written(client, Buffer.concat([headOf(request), request.body ?? Buffer.alloc(0)]));
  },
  'during the upstream request'(client, request, { upstream }) {
    if (request.held === undefined) return 'does not apply';
    upstream.state.held = request.held;
    const before = upstream.requests.length;
    client.socket.write(Buffer.concat([headOf(request), request.body ?? Buffer.alloc(0)]));
    return until(() => upstream.requests.slice(before).some(({ path }) => path.includes(request.held ?? '')));
  },
  async 'at the first bytes of its response'(client, request) {
    client.socket.write(Buffer.concat([headOf(request), request.body ?? Buffer.alloc(0)]));
    await until(() => client.size > 0);
  },
  async 'in the middle of its response'(client, request) {
    if (request.path.includes('/images/')) client.socket.once('data', () => client.socket.pause());
    client.socket.write(Buffer.concat([headOf(request), request.body ?? Buffer.alloc(0)]));
    await until(() => client.size > 100);
  },
};

const written = (client: Client, bytes: Buffer) =>
  new Promise<void>((resolve) => {
    client.socket.write(bytes, () => resolve());
  });

test.each(routes)(
  'a client of %s that disconnects at any time causes no warning, and nothing else is affected',
  async (_, createRequest) => {
    const scenario = await startScenario();
    const { upstream } = scenario;

    for (const [stage, sendUntil] of Object.entries(stages)) {
      for (const way of ['destroy', 'resetAndDestroy'] as const) {
        upstream.state.held = undefined;
        const request = await createRequest(scenario);
        scenario.takeWarnings();
        upstream.requests.length = 0;
        const client = openClient(scenario.url);
        const sent = sendUntil(client, request, scenario);
        if (sent === 'does not apply') continue;
        await sent;

        client.socket[way]();

        if (stage === 'during the upstream request') {
          const held = upstream.requests.filter(({ path }) => path.includes(request.held ?? ''));
          if (request.writes)
            for (const { response } of held) response.writeHead(200).end('{"id":"new","dataId":"new"}');
          // A read is aborted with its client, and a poll after its grace period.
          while (!held.every(({ response }) => response.closed)) await scenario.clock.advance(1);
          expect
            .soft([stage, held.some(({ response }) => response.writableFinished)])
            .toEqual([stage, request.writes ?? false]);
        }
        if (stage !== 'in the middle of its headers' && !request.headers.includes('Upgrade: websocket')) {
          await until(() => scenario.ended() > 0);
        }
        expect.soft([stage, way, scenario.takeWarnings()]).toEqual([stage, way, []]);
        expect.soft([stage, way, scenario.uncaught]).toEqual([stage, way, []]);
      }
    }
    await scenario.expectOthersUnaffected();
  },
);
