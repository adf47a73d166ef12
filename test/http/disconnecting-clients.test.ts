import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { dataItemOf, type House, image, MODEL, openClient, predictionOf, startHouse } from './support.ts';

const BOUNDARY = 'a-boundary';
const JSON_HEADERS = ['Content-Type: application/json', 'X-API-Key: key'];
const COMES_WHOLE = predictionOf('elsewhere-comes whole');

/** A request, and what of it reaches the upstream. */
interface Visit {
  method: string;
  path: string;
  headers: readonly string[];
  body?: Buffer;
  /** What is in the path of the upstream's request that is not answered while the client leaves. */
  held?: string;
  /** Whether that request is a write, which goes on without its client. */
  writes?: boolean;
}

const post = (query: string, variables: object, more: Partial<Visit> = {}): Visit => ({
  method: 'POST',
  path: '/graphql',
  headers: JSON_HEADERS,
  body: Buffer.from(JSON.stringify({ query, variables })),
  ...more,
});

async function imageOf(house: House, document: string, id: string, more: Partial<Visit> = {}): Promise<Visit> {
  return { method: 'GET', path: await house.imagePath(document, id), headers: [], ...more };
}

async function ticket(house: House): Promise<Visit> {
  const response = await fetch(`${house.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
    body: JSON.stringify({
      query: `mutation { createUploadTickets(input: { target: { newInModel: "${MODEL}" } }) { ... on CreateUploadTicketsSuccess { tickets { url } } } }`,
    }),
  });
  const [path = ''] = /\/uploads\/[\w-]+/.exec(await response.text()) ?? [];
  return { method: 'PUT', path, headers: [], body: image, held: '/data', writes: true };
}

const multipart: Visit = {
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
const copyUrl = `query($id: ID!) { prediction(id: $id) { images { url(width: 64) } } }`;
const dataItemUrl = `query($id: ID!) { node(id: $id) { ... on DataItem { image { url } } } }`;
const model = `query($id: ID!) { model(id: $id) { displayName } }`;

const routes: readonly [route: string, visit: (house: House) => Visit | Promise<Visit>][] = [
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
  ['an image of a prediction', (house) => imageOf(house, imageUrl, COMES_WHOLE, { held: '/images/' })],
  [
    'a range of an image',
    (house) => imageOf(house, imageUrl, COMES_WHOLE, { held: '/images/', headers: ['Range: bytes=100-'] }),
  ],
  ['a resized image', (house) => imageOf(house, copyUrl, COMES_WHOLE, { held: '/images/' })],
  [
    'an image of a data item',
    (house) => imageOf(house, dataItemUrl, dataItemOf('raw', 'comes whole'), { held: '/data/raw' }),
  ],
  [
    'an image of a data item in base64',
    (house) => imageOf(house, dataItemUrl, dataItemOf('base64', 'comes whole'), { held: '/data/base64' }),
  ],
  ['GraphiQL', () => ({ method: 'GET', path: '/graphql', headers: ['Accept: text/html'] })],
  ['health', () => ({ method: 'GET', path: '/health', headers: [] })],
  ['a path with nothing at it', () => ({ method: 'GET', path: '/nothing', headers: [] })],
  ['an invalid image address', () => ({ method: 'GET', path: '/images/none', headers: [] })],
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

const headOf = ({ method, path, headers, body }: Visit) =>
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

/** When a client leaves: what it sends, and what it waits for before. */
const stages: Readonly<
  Record<string, (client: Client, visit: Visit, house: House) => Promise<void> | 'does not apply'>
> = {
  async 'in the middle of its head'(client, visit) {
    await written(client, headOf(visit).subarray(0, -10));
  },
  'before its body'(client, visit) {
    return visit.body ? written(client, headOf(visit)) : 'does not apply';
  },
  'in the middle of its body'(client, visit) {
    if (!visit.body) return 'does not apply';
    return written(client, Buffer.concat([headOf(visit), visit.body.subarray(0, visit.body.byteLength / 2)]));
  },
  async 'right after its last byte'(client, visit) {
    await written(client, Buffer.concat([headOf(visit), visit.body ?? Buffer.alloc(0)]));
  },
  'while the upstream is asked'(client, visit, { upstream }) {
    if (visit.held === undefined) return 'does not apply';
    upstream.state.held = visit.held;
    const before = upstream.reaching.length;
    client.socket.write(Buffer.concat([headOf(visit), visit.body ?? Buffer.alloc(0)]));
    return until(() => upstream.reaching.slice(before).some(({ path }) => path.includes(visit.held ?? '')));
  },
  async 'at the first bytes of its response'(client, visit) {
    client.socket.write(Buffer.concat([headOf(visit), visit.body ?? Buffer.alloc(0)]));
    await until(() => client.size > 0);
  },
  async 'in the middle of its response'(client, visit) {
    if (visit.path.includes('/images/')) client.socket.once('data', () => client.socket.pause());
    client.socket.write(Buffer.concat([headOf(visit), visit.body ?? Buffer.alloc(0)]));
    await until(() => client.size > 100);
  },
};

const written = (client: Client, bytes: Buffer) =>
  new Promise<void>((resolve) => {
    client.socket.write(bytes, () => resolve());
  });

test.each(routes)(
  'a client of %s may leave at any time: nothing is logged, and nothing else is affected',
  async (_, visitIn) => {
    const house = await startHouse();
    const { upstream } = house;

    for (const [stage, lead] of Object.entries(stages)) {
      for (const way of ['destroy', 'resetAndDestroy'] as const) {
        upstream.state.held = undefined;
        const visit = await visitIn(house);
        house.takeWarnings();
        upstream.reaching.length = 0;
        const client = openClient(house.url);
        const led = lead(client, visit, house);
        if (led === 'does not apply') continue;
        await led;

        client.socket[way]();

        if (stage === 'while the upstream is asked') {
          const held = upstream.reaching.filter(({ path }) => path.includes(visit.held ?? ''));
          if (visit.writes) for (const { response } of held) response.writeHead(200).end('{"id":"new","dataId":"new"}');
          // A read ends with its client; a poll, as the clock says.
          while (!held.every(({ response }) => response.closed)) await house.clock.advance(1);
          expect
            .soft([stage, held.some(({ response }) => response.writableFinished)])
            .toEqual([stage, visit.writes ?? false]);
        }
        if (stage !== 'in the middle of its head' && !visit.headers.includes('Upgrade: websocket')) {
          await until(() => house.ended() > 0);
        }
        expect.soft([stage, way, house.takeWarnings()]).toEqual([stage, way, []]);
        expect.soft([stage, way, house.uncaught]).toEqual([stage, way, []]);
      }
    }
    await house.expectNoHarm();
  },
);
