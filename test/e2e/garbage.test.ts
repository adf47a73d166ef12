import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { openSocket } from './client.ts';

const WATCH = 'subscription ($id: ID!) { trainingsUpdated(modelId: $id) { id } }';
const MODEL = 'TW9kZWw6Y3hBUEFXMnpYMzhteE04dVd3WGc';

/** Frames of a client, masked with zeros (RFC 6455, section 5.2). */
const text = (bytes: string | Uint8Array) => frame(0x81, Buffer.from(bytes));
const frame = (first: number, payload: Uint8Array = new Uint8Array()) =>
  Buffer.concat([Uint8Array.of(first, 0x80 | payload.length, 0, 0, 0, 0), payload]);

const INIT = text('{"type":"connection_init"}');

/** Invalid frames and messages, and broken connections, after a valid handshake. */
const garbage: readonly [what: string, act: (socket: Socket) => void][] = [
  ['text that is not UTF-8', (socket) => socket.write(text(Uint8Array.of(0xff, 0xfe)))],
  ['a reserved bit', (socket) => socket.write(frame(0xf1))],
  ['an unknown opcode', (socket) => socket.write(frame(0x83))],
  ['a frame without a mask', (socket) => socket.write(Uint8Array.of(0x81, 0))],
  ['a continuation frame without a first frame', (socket) => socket.write(frame(0x80))],
  ['a close frame with one byte', (socket) => socket.write(frame(0x88, Uint8Array.of(3)))],
  ['an invalid close code', (socket) => socket.write(frame(0x88, Uint8Array.of(0, 1)))],
  ['a ping that is too long', (socket) => socket.write(Uint8Array.of(0x89, 0xfe, 1, 0, 0, 0, 0, 0))],
  ['a length above every limit', (socket) => socket.write(Uint8Array.of(0x81, 0xff, ...new Array(12).fill(0x7f)))],
  ['a message that only servers send', (socket) => socket.write(text('{"type":"connection_ack"}'))],
  ['a reset', (socket) => socket.resetAndDestroy()],
  ['a reset in the middle of a frame', (socket) => socket.write(INIT.subarray(0, 9), () => socket.resetAndDestroy())],
  ['a reset before responses are sent', (socket) => socket.write(INIT, () => socket.resetAndDestroy())],
  ['an end in the middle of a frame', (socket) => socket.end(INIT.subarray(0, 9))],
];

test('invalid frames on a socket are logged without a stack trace, and the program continues', async () => {
  const { url, output, stop } = await startProgram();

  for (const [, act] of garbage) {
    const socket = await handshake(url);
    const closed = once(socket, 'close');
    act(socket);
    await closed;
  }
  const { send: say, socket } = await openSocket(url);
  say({ type: 'connection_init' });
  // A subscription before connection_ack would close the socket.
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

/** Opens a raw connection and upgrades it to a WebSocket, whose frames the test writes. */
async function handshake(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(
    'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  const [response] = await once(socket, 'data');
  expect(String(response)).toMatch(/^HTTP\/1\.1 101 /);
  // The server ends the connection after the close frame of the client.
  socket.on('data', () => socket.end(frame(0x88)));
  return socket;
}
