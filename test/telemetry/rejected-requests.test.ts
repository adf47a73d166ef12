import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { seedModel } from '../support/seeds.ts';
import { serveLogged } from './support.ts';

/** Sends bytes over a new connection. @returns All that is received until it is closed. */
async function send(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(bytes);
  return await text(socket);
}

const idIn = (response: string) => /^x-request-id: (.+)\r$/im.exec(response)?.[1];

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

test.each([
  ['another path', 404, 'GET /nothing HTTP/1.1', []],
  ['a foreign origin', 403, 'GET /graphql HTTP/1.1', ['Origin: https://elsewhere.example']],
  ['an old subprotocol', 400, 'GET /graphql HTTP/1.1', ['Sec-WebSocket-Protocol: graphql-ws']],
])('a rejected WebSocket handshake has a log line and an id: %s', async (_, status, line, headers) => {
  const { url, ended } = await serveLogged();

  const response = await send(url, `${[line, 'Host: localhost', ...HANDSHAKE, ...headers].join('\r\n')}\r\n\r\n`);
  await until(() => ended().length === 1);

  expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(ended()[0]).toMatchObject({ msg: 'request', method: 'GET', status, client: '127.0.0.1' });
  expect(ended()[0]?.requestId).toBe(idIn(response));
});

test('a handshake keeps the id of its client, and a limit that rejects it is named', async () => {
  const { url, ended } = await serveLogged({ rates: { socketsPerAddress: 0 } });

  const head = ['GET /graphql HTTP/1.1', 'Host: localhost', ...HANDSHAKE, 'X-Request-Id: of-the-client'];
  const response = await send(url, `${head.join('\r\n')}\r\n\r\n`);
  await until(() => ended().length === 1);

  expect(response).toMatch(/^HTTP\/1.1 429 /);
  expect(ended()[0]).toMatchObject({ status: 429, codes: ['RATE_LIMITED'], requestId: 'of-the-client' });
});

test.each([
  ['no HTTP', 400, 'HPE_INVALID_METHOD', 'hello\r\n\r\n'],
  [
    'headers that are too long',
    431,
    'HPE_HEADER_OVERFLOW',
    `GET / HTTP/1.1\r\nHost: a\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`,
  ],
])(
  'a request that cannot be read has a log line, without its content, and an id: %s',
  async (_, status, failure, sent) => {
    const { url, ended } = await serveLogged();

    const response = await send(url, sent);
    await until(() => ended().length === 1);

    expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(ended()).toMatchObject([
      { msg: 'request', status, failure, client: '127.0.0.1', requestId: idIn(response) },
    ]);
    expect(JSON.stringify(ended()).length).toBeLessThan(400);
  },
);

test('the line of an image names the tenant to which it belongs', async () => {
  const { url, ended, post, upstream } = await serveLogged();
  const { globalId: id } = await seedModel(upstream, 'Dresses', { images: 1 });
  const query = 'query ($id: ID!) { model(id: $id) { dataItems { nodes { image { url } } } } }';
  const { data } = await (await post({ query, variables: { id } })).json();
  const image = new URL(data.model.dataItems.nodes[0].image.url);

  await (await fetch(url + image.pathname)).arrayBuffer();
  await until(() => ended().length === 2);

  expect(ended()[1]).toMatchObject({ msg: 'request', path: '/images/…', tenant: ended()[0]?.tenant });
  expect(ended()[0]?.tenant).toEqual(expect.any(String));
});
