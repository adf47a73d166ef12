import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

const BOUNDARY = 'a-boundary';
const CHUNK = Buffer.alloc(65_536);
/** Number of chunks in the body, which exceeds all buffers between client and gateway. */
const CHUNKS = 160;

const field = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const fileHeader = (name: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="a.png"\r\n\r\n`;
const operations = field(
  'operations',
  '{"query":"mutation($f:File!){uploadDataItem(input:{modelId:\\"a\\",file:$f}){__typename}}","variables":{"f":null}}',
);

// This client reads only after it has sent everything, so the gateway must keep the connection open until then.
test.each<[problem: string, head: string, headers: Record<string, string>, status: number]>([
  ['a file before the operations', fileHeader('0'), {}, 400],
  ['a file that is not in the map', operations + field('map', '{}') + fileHeader('9'), {}, 400],
  ['broken operations', field('operations', '{') + field('map', '{}'), {}, 400],
  ['a Content-Length over the limit', '', { 'content-length': String(CHUNKS * CHUNK.length) }, 413],
  ['a body over the limit', operations + field('map', '{"0":["variables.f"]}') + fileHeader('0'), {}, 413],
])('a client that is still sending receives the error for %s', async (_, head, headers, status) => {
  const started = startGateway({ uploads: { bytes: 1_000_000 } });
  const { url } = await serverOf(started);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const length = headers['content-length'] ? `Content-Length: ${CHUNKS * CHUNK.length}` : 'Transfer-Encoding: chunked';
  const send = async (bytes: string | Buffer) => {
    const framed = headers['content-length']
      ? Buffer.from(bytes)
      : Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
    if (!socket.write(framed)) await once(socket, 'drain');
  };

  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: ${hostname}:${port}\r\nX-API-Key: demo\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\n${length}\r\n\r\n`,
  );
  if (head) await send(head);
  for (let chunk = 0; chunk < CHUNKS; chunk++) await send(CHUNK);
  if (!headers['content-length']) socket.write('0\r\n\r\n');

  const response = await text(socket);
  expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(response).toContain('"message":');
});
