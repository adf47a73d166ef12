import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { connectSocket, openSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { listen } from './support.ts';

/** Sends a handshake, and returns the response that rejects it. */
async function rejectionOf(url: string, protocols: string[] = ['graphql-transport-ws']) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols).on('error', () => {});
  onTestFinished(() => socket.terminate());
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  return { status: response.statusCode, retryAfter: response.headers['retry-after'], body: await text(response) };
}

describe('a rejected handshake', () => {
  test.each([
    ['a legacy one', ['graphql-ws']],
    ['unknown ones', ['chat', 'soap']],
  ])('a handshake gets 400 and the name of the right subprotocol if it offers only %s', async (_, protocols) => {
    const { url } = await listen();

    const { status, body } = await rejectionOf(url, protocols);

    expect(status).toBe(400);
    expect(body).toContain('graphql-transport-ws');
  });

  test('a handshake gets 429 if its address has too many sockets, whatever their keys', async () => {
    const { url } = await listen({}, { rates: { socketsPerAddress: 2 } });
    const [first, second] = [await openSocket(url), await openSocket(url)];
    first.send({ type: 'connection_init', payload: { apiKey: 'invented-1' } });
    second.send({ type: 'connection_init', payload: { apiKey: 'invented-2' } });

    expect(await rejectionOf(url)).toEqual({
      status: 429,
      retryAfter: '5',
      body: expect.stringContaining('limit of 2 open sockets (MAX_SOCKETS_PER_ADDRESS)'),
    });
  });

  test('a handshake gets 503 if there are too many sockets in total', async () => {
    const { url } = await listen({ trustProxy: 1 }, { rates: { socketsInTotal: 1 } });
    await openSocket(url, { 'x-forwarded-for': '192.0.2.1' });

    expect(await rejectionOf(url)).toEqual({
      status: 503,
      retryAfter: '5',
      body: expect.stringContaining('MAX_SOCKETS'),
    });
  });

  test('a handshake is accepted again once another socket of its address is closed', async () => {
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

  test('a handshake above the rate of its address gets 429 if its delay would be too long', async () => {
    const { url } = await listen({}, { rates: { perAddress: 1, maxDelay: 0 } });
    await openSocket(url);
    await openSocket(url);

    expect(await rejectionOf(url)).toMatchObject({ status: 429, retryAfter: '1' });
  });
});

test('a handshake above the rate of its address is delayed', async () => {
  const { url, clock } = await listen({}, { rates: { perAddress: 1, maxDelay: 5_000 } });
  await openSocket(url);
  await openSocket(url);

  const third = openSocket(url);
  await until(() => clock.waits().includes(1_000));
  await clock.advance(1_000);

  expect((await third).socket.readyState).toBe(WebSocket.OPEN);
});

test('a graphql-ws client retries a rejected handshake with shouldRetry, and fails without it', async () => {
  const { url } = await listen({}, { rates: { socketsInTotal: 1 } });
  const first = await openSocket(url);
  const request = (options: { shouldRetry?: () => boolean }) => {
    const client = connectSocket(url, { retryAttempts: 1e9, retryWait: () => settle(), ...options });
    return client.iterate({ query: '{ __typename }' }).next();
  };

  await expect(request({})).rejects.toBeDefined();
  const retried = request({ shouldRetry: () => true });
  await settle(100);
  first.socket.close();

  expect(await retried).toMatchObject({ value: { data: { __typename: 'Query' } } });
});
