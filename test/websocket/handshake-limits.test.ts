import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { connectSocket, openSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { listen } from './support.ts';

/** Sends a handshake that is refused. */
async function refused(url: string, protocols: string[] = ['graphql-transport-ws']) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols).on('error', () => {});
  onTestFinished(() => socket.terminate());
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  return { status: response.statusCode, retryAfter: response.headers['retry-after'], body: await text(response) };
}

describe('a handshake is refused', () => {
  test.each([
    ['one that was common once', ['graphql-ws']],
    ['unknown ones', ['chat', 'soap']],
  ])('with 400 and the name of the right subprotocol when it offers only %s', async (_, protocols) => {
    const { url } = await listen();

    const { status, body } = await refused(url, protocols);

    expect(status).toBe(400);
    expect(body).toContain('graphql-transport-ws');
  });

  test('with 429 when its address has too many sockets, whatever keys they present', async () => {
    const { url } = await listen({}, { rates: { socketsPerAddress: 2 } });
    const [first, second] = [await openSocket(url), await openSocket(url)];
    first.say({ type: 'connection_init', payload: { apiKey: 'invented-1' } });
    second.say({ type: 'connection_init', payload: { apiKey: 'invented-2' } });

    expect(await refused(url)).toEqual({
      status: 429,
      retryAfter: '5',
      body: expect.stringContaining('2 sockets open, which is as many as it may (MAX_SOCKETS_PER_ADDRESS)'),
    });
  });

  test('with 503 when there are too many sockets altogether', async () => {
    const { url } = await listen({ trustProxy: true }, { rates: { socketsInTotal: 1 } });
    await openSocket(url, { 'x-forwarded-for': '192.0.2.1' });

    expect(await refused(url)).toEqual({
      status: 503,
      retryAfter: '5',
      body: expect.stringContaining('MAX_SOCKETS'),
    });
  });

  test('but not any more once another socket is closed', async () => {
    const { url } = await listen({}, { rates: { socketsPerAddress: 1 } });
    const first = await openSocket(url);

    first.socket.close();
    await first.closed;
    let next: WebSocket | undefined;
    while (!next) {
      const { socket } = await openSocket(url).catch(() => ({ socket: undefined }));
      next = socket;
    }

    expect(next.readyState).toBe(WebSocket.OPEN);
  });

  test('with 429 when its address sends too many, and it would wait for too long', async () => {
    const { url } = await listen({}, { rates: { perAddress: 1, longestDelay: 0 } });
    await openSocket(url);
    await openSocket(url);

    expect(await refused(url)).toMatchObject({ status: 429, retryAfter: '1' });
  });
});

test('a handshake above the rate of its address waits for its turn', async () => {
  const { url, clock } = await listen({}, { rates: { perAddress: 1, longestDelay: 5_000 } });
  await openSocket(url);
  await openSocket(url);

  const third = openSocket(url);
  await until(() => clock.waits().includes(1_000));
  await clock.advance(1_000);

  expect((await third).socket.readyState).toBe(WebSocket.OPEN);
});

test('a client of graphql-ws whose handshake was refused reconnects with shouldRetry, and gives up without it', async () => {
  const { url } = await listen({}, { rates: { socketsInTotal: 1 } });
  const first = await openSocket(url);
  const request = (options: { shouldRetry?: () => boolean }) => {
    const client = connectSocket(url, { retryAttempts: 1e9, retryWait: () => settle(), ...options });
    return client.iterate({ query: '{ __typename }' }).next();
  };

  await expect(request({})).rejects.toBeDefined();
  const patient = request({ shouldRetry: () => true });
  await settle(100);
  first.socket.close();

  expect(await patient).toMatchObject({ value: { data: { __typename: 'Query' } } });
});
