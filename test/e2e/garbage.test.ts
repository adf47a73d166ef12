import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { openSocket } from './client.ts';

const WATCH = 'subscription ($id: ID!) { trainingsUpdated(modelId: $id) { id } }';
const MODEL = 'TW9kZWw6Y3hBUEFXMnpYMzhteE04dVd3WGc';

/** Frames as they travel, masked with zeros (RFC 6455, section 5.2). */
const text = (bytes: string | Uint8Array) => frame(0x81, Buffer.from(bytes));
const frame = (first: number, payload: Uint8Array = new Uint8Array()) =>
  Buffer.concat([Uint8Array.of(first, 0x80 | payload.length, 0, 0, 0, 0), payload]);

const INIT = text('{"type":"connection_init"}');

/** What clients do on purpose, by mistake or by bad luck, behind a handshake that works. */
const garbage: readonly [what: string, act: (socket: Socket) => void][] = [
  ['text that is not UTF-8', (socket) => socket.write(text(Uint8Array.of(0xff, 0xfe)))],
  ['a reserved bit', (socket) => socket.write(frame(0xf1))],
  ['an opcode that is none', (socket) => socket.write(frame(0x83))],
  ['a frame without a mask', (socket) => socket.write(Uint8Array.of(0x81, 0))],
  ['a continuation of nothing', (socket) => socket.write(frame(0x80))],
  ['a close frame with one byte', (socket) => socket.write(frame(0x88, Uint8Array.of(3)))],
  ['a close code that is none', (socket) => socket.write(frame(0x88, Uint8Array.of(0, 1)))],
  ['a ping that is too long', (socket) => socket.write(Uint8Array.of(0x89, 0xfe, 1, 0, 0, 0, 0, 0))],
  ['a length beyond everything', (socket) => socket.write(Uint8Array.of(0x81, 0xff, ...new Array(12).fill(0x7f)))],
  ['a message that only servers send', (socket) => socket.write(text('{"type":"connection_ack"}'))],
  ['a reset', (socket) => socket.resetAndDestroy()],
  ['a reset in the middle of a frame', (socket) => socket.write(INIT.subarray(0, 9), () => socket.resetAndDestroy())],
  ['a reset before its answers are sent', (socket) => socket.write(INIT, () => socket.resetAndDestroy())],
  ['an end in the middle of a frame', (socket) => socket.end(INIT.subarray(0, 9))],
];

test('whatever comes over a socket, the program prints lines of its log and no stack, and goes on', async () => {
  const { url, output, stop } = await startProgram();

  for (const [, act] of garbage) {
    const socket = await handshake(url);
    const closed = once(socket, 'close');
    act(socket);
    await closed;
  }
  const { say, socket } = await openSocket(url);
  say({ type: 'connection_init' });
  // Before that is answered, a subscription would close the socket.
  await once(socket, 'message');
  for (const id of ['a', 'b']) say({ type: 'subscribe', id, payload: { query: WATCH, variables: { id: MODEL } } });
  await once(socket, 'message');
  socket.terminate();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await stop();

  expect(output.stderr).toBe('');
  expect(output.stdout).not.toMatch(/^\s+at |\\n +at /m);
  for (const reason of ['invalid UTF-8 sequence', 'RSV2 and RSV3 must be clear', 'MASK must be set']) {
    expect(output.stdout).toContain(reason);
  }
});

/** A connection that has become a WebSocket, whose frames a test writes itself. */
async function handshake(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(
    'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
  // The server ends the connection when the close frame that it has sent is answered.
  socket.on('data', () => socket.end(frame(0x88)));
  return socket;
}
