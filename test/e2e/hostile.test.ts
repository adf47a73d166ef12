import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/program.ts';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

test('an upgrade of an address that is none leaves the program running', async () => {
  const { url } = await startProgram();

  await send(url, `GET //[ HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);

  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('upgrades that are broken off leave the program running', async () => {
  const { url } = await startProgram();
  const { hostname, port } = new URL(url);

  for (let attempt = 0; attempt < 300; attempt++) {
    const socket = connect(Number(port), hostname).on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`, () => socket.resetAndDestroy());
    await closed;
  }

  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test.each([
  ['a Host header that is none', 'GET /health HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n'],
  ['no path', 'OPTIONS * HTTP/1.1\r\nHost: localhost:4000\r\nConnection: close\r\n\r\n'],
])('whoever sends a request with %s learns nothing of the program', async (_, raw) => {
  const { url } = await startProgram();

  const answer = await send(url, raw);

  expect(answer).toMatch(/^HTTP\/1\.1 [234]\d\d /);
  expect(answer).not.toMatch(/^\s+at /m);
});

// RFC 9112, section 3.2.2: a server must accept it, whatever it is for.
test('a request that names the whole address is answered', async () => {
  const { url } = await startProgram();

  const answer = await send(
    url,
    `GET ${url}/health HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`,
  );

  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

test('the token of an image stays out of the log however its address is written', async () => {
  const { url, output, stop } = await startProgram();
  const token = 'canary-of-a-token';

  for (const path of [`/x/../images/${token}`, `/.//images/${token}`, `//localhost/images/${token}`]) {
    await send(url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  }
  await send(url, `GET ${url}/images/${token} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await stop();

  expect(output.stdout + output.stderr).not.toContain(token);
});

test('a body that is too long, sent in chunks, is refused and leaves the program running', async () => {
  const { url } = await startProgram();
  const chunk = new Uint8Array(8_388_608).fill(97);
  let chunks = 0;
  const body = new ReadableStream({
    pull: (controller) => (++chunks > 40 ? controller.close() : controller.enqueue(chunk)),
  });

  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' };
  await fetch(`${url}/graphql`, init as RequestInit).catch(() => undefined);

  expect((await fetch(`${url}/health`)).status).toBe(200);
});

/** Sends bytes that no client would, and returns all that is answered until the connection is closed. */
async function send(url: string, raw: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.write(raw);
  return await text(socket);
}
