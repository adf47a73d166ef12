import pino from 'pino';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { UnsentBytes } from '../../src/websocket/unsent-bytes.ts';
import { settle } from '../support/clock.ts';

/** Records the messages that each system call would send. */
function start(perSocket = 16_000) {
  const sockets: WebSocket[] = [];
  const log = pino({ level: 'silent' });
  const unsent = new UnsentBytes({ limits: { perSocket, inTotal: 10 * perSocket }, sockets, log });
  const open = () => {
    const writes: string[][] = [];
    let corked: string[] | undefined;
    const connection = {
      cork: () => {
        corked = [];
      },
      uncork: () => {
        if (corked) writes.push(corked);
        corked = undefined;
      },
    };
    const socket = {
      bufferedAmount: 0,
      send: (text: string) => void (corked ? corked.push(text) : writes.push([text])),
    } as unknown as WebSocket;
    sockets.push(socket);
    const send = (text: string) => unsent.send(socket, text, () => {}, connection);
    return { writes, send };
  };
  return { open };
}

test('the messages of one turn of the event loop are passed to the system together, for each socket', async () => {
  const { open } = start();
  const [a, b] = [open(), open()];

  for (const message of ['1', '2']) for (const { send } of [a, b]) send(message);
  expect([a.writes, b.writes]).toEqual([[], []]);
  await settle();
  a.send('3');
  await settle();

  expect(a.writes).toEqual([['1', '2'], ['3']]);
  expect(b.writes).toEqual([['1', '2']]);
});

test('messages are passed on before they exceed a sixteenth of the limit of a socket', () => {
  const { open } = start(160);
  const [a, b] = [open(), open()];

  a.send('12345');
  b.send('12345');
  expect([a.writes, b.writes]).toEqual([[], []]);
  a.send('6');

  expect([a.writes, b.writes]).toEqual([[['12345']], [['12345']]]);
});

test('a message above a sixteenth of the limit of a socket is passed on at once, in its order', () => {
  const { open } = start(160);
  const { writes, send } = open();

  send('1');
  send('long message');

  expect(writes).toEqual([['1'], ['long message']]);
});
