import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/program.ts';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

test('an upgrade with an invalid URL does not stop the program', async () => {
  const { url } = await startProgram();

  await send(url, `GET //[ HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);

  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test('aborted upgrades do not stop the program', async () => {
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
  ['an invalid Host header', 'GET /health HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n'],
  ['no path', 'OPTIONS * HTTP/1.1\r\nHost: localhost:4000\r\nConnection: close\r\n\r\n'],
])('the response to a request with %s reveals no internals', async (_, raw) => {
  const { url } = await startProgram();

  const response = await send(url, raw);

  expect(response).toMatch(/^HTTP\/1\.1 [234]\d\d /);
  expect(response).not.toMatch(/^\s+at /m);
});

// A server must accept the absolute form (RFC 9112, section 3.2.2).
test('a request with an absolute URL as its target is accepted', async () => {
  const { url } = await startProgram();

  const response = await send(
    url,
    `GET ${url}/health HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`,
  );

  expect(response).toMatch(/^HTTP\/1\.1 200 /);
});

test('the token of an image URL is never logged, however its path is written', async () => {
  const { url, output, stop } = await startProgram();
  const token = 'canary-of-a-token';

  for (const path of [`/x/../images/${token}`, `/.//images/${token}`, `//localhost/images/${token}`]) {
    await send(url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  }
  await send(url, `GET ${url}/images/${token} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  await stop();

  expect(output.stdout + output.stderr).not.toContain(token);
});

test('a chunked body above the maximum size is rejected, and does not stop the program', async () => {
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

/** Sends raw bytes, and returns everything that the server sends until it closes the connection. */
async function send(url: string, raw: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.write(raw);
  return await text(socket);
}
