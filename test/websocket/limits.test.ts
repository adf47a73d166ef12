import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { openSocket } from '../e2e/client.ts';
import { until } from '../support/clock.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { acknowledged, expectAnswers, listen } from './support.ts';

const QUERY = { query: '{ __typename }' };

/** A ping without a payload, as clients send it (RFC 6455, section 5.2). */
const MASKED_PING = Uint8Array.of(0x89, 0x80, 0, 0, 0, 0);

describe('with a limit of 1,024 bytes per message', () => {
  const messageBytes = 1_024;
  /** A message of this size. */
  const long = (bytes: number, message: object = { id: 'long', type: 'subscribe' }) => {
    const text = JSON.stringify({ ...message, payload: { ...QUERY, extensions: { filler: '' } } });
    return text.replace('"filler":"', `"filler":"${'x'.repeat(bytes - text.length)}`);
  };

  test('a message of exactly the maximum size is executed', async () => {
    const { url } = await listen({}, { uploads: { operationBytes: messageBytes } });
    const { socket, receive: hear } = await acknowledged(url);

    socket.send(long(messageBytes));

    expect(await hear()).toMatchObject({ type: 'next', id: 'long' });
  });

  test.each([
    ['its id first', { id: 'long "ш"', type: 'subscribe' }],
    ['its type first', { type: 'subscribe', id: 'long "ш"' }],
  ])(
    'a message above the maximum size, with %s, is an error of its operation, and the socket stays open',
    async (_, message) => {
      const { url } = await listen({}, { uploads: { operationBytes: messageBytes } });
      const conversation = await acknowledged(url);

      conversation.socket.send(long(messageBytes + 1, message));

      expect(await conversation.receive()).toMatchObject({
        type: 'error',
        id: 'long "ш"',
        payload: [
          {
            message: expect.stringContaining('1024 bytes, but this one has'),
            extensions: { code: 'PAYLOAD_TOO_LARGE' },
          },
        ],
      });
      await expectAnswers(conversation);
    },
  );

  test.each([
    ['that is not an operation', long(1_025, { type: 'ping' })],
    ['whose id follows its payload', `{"payload":{"query":"${'x'.repeat(1_024)}"},"id":"a","type":"subscribe"}`],
    ['that is too large to be received', long(5 * 1_024)],
  ])('a message above the maximum size %s closes the socket with 1009', async (_, text) => {
    const { url } = await listen({}, { uploads: { operationBytes: messageBytes } });
    const { socket, closed } = await acknowledged(url);

    socket.send(text);

    expect(await closed).toEqual({ code: 1009, reason: expect.stringContaining('bytes, but') });
  });

  test('a message above the maximum size before connection_ack closes the socket', async () => {
    const { url } = await listen({}, { uploads: { operationBytes: messageBytes } });
    const { socket, closed } = await openSocket(url);

    socket.send(long(messageBytes + 1));

    expect(await closed).toMatchObject({ code: 1009 });
  });
});

describe('with a limit of two messages per second, and bursts of four', () => {
  const messagesPerSocket = 2;
  const PING = { type: 'ping' };

  test('an operation above the rate of its socket gets an error with retryAfter, and is executed after that delay', async () => {
    const { url, clock } = await listen({ messagesPerSocket });
    const conversation = await acknowledged(url);
    const { send: say, receive: hear } = conversation;

    for (const id of ['a', 'b', 'c', 'd']) say({ type: 'subscribe', id, payload: QUERY });
    const heard = [];
    while (heard.length < 7) heard.push(await hear());

    expect(heard.find(({ type }) => type === 'error')).toMatchObject({
      id: 'd',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryable: true, retryAfter: 1 } }],
    });
    expect(heard.filter(({ type }) => type === 'next').map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    await clock.advance(1_000);
    await expectAnswers(conversation);
  });

  test('an idle socket may send one burst, and no more', async () => {
    const { url, clock } = await listen({ messagesPerSocket });
    const { send: say, receive: hear } = await acknowledged(url);

    await clock.advance(60_000);
    for (const id of ['a', 'b', 'c', 'd', 'e']) say({ type: 'subscribe', id, payload: QUERY });
    const heard = [];
    while (heard.length < 9) heard.push(await hear());

    expect(heard.filter(({ type }) => type === 'error').map(({ id }) => id)).toEqual(['e']);
  });

  test('a complete message is accepted above the rate', async () => {
    const { url, upstream, gateway, clock } = await listen({ messagesPerSocket });
    const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
    const id = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
    const query = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';
    const { send: say, receive: hear } = await acknowledged(url);

    say({ type: 'subscribe', id: 'watch', payload: { query, variables: { id } } });
    await until(() => gateway.watchedJobs === 1);
    for (const each of ['a', 'b', 'c']) say({ type: 'subscribe', id: each, payload: QUERY });
    let heard = await hear();
    while (heard.type !== 'error') heard = await hear();
    say({ type: 'complete', id: 'watch' });

    await until(() => gateway.watchedJobs === 0);
    await clock.advance(5_000);
    say({ type: 'subscribe', id: 'after', payload: QUERY });
    while (heard.id !== 'after') heard = await hear();
    expect(heard).toMatchObject({ type: 'next' });
  });

  test.each<[string, (socket: WebSocket) => void]>([
    ['ping messages', (socket) => socket.send(JSON.stringify(PING))],
    ['ping frames', (socket) => socket.ping()],
    ['pong frames', (socket) => socket.pong()],
  ])('a flood of %s closes the socket with 1008', async (_, send) => {
    const { url } = await listen({ messagesPerSocket });
    const { socket, closed } = await acknowledged(url);

    for (let sent = 0; sent < 6; sent++) send(socket);

    expect(await closed).toEqual({ code: 1008, reason: expect.stringContaining('Too many messages') });
  });

  test('a flood of operations is rejected one by one, and then closes the socket', async () => {
    const { url } = await listen({ messagesPerSocket });
    const { socket, send: say, closed } = await acknowledged(url);
    const types: unknown[] = [];
    socket.on('message', (data) => types.push(JSON.parse(String(data)).type));

    for (let sent = 0; sent < 3 + 4 + 1; sent++) say({ type: 'subscribe', id: `${sent}`, payload: QUERY });

    expect(await closed).toMatchObject({ code: 1008 });
    expect(types.filter((type) => type === 'error')).toHaveLength(4);
  });

  // A server waits for the client's close frame (RFC 6455, section 7.1.1); ws does so for 30 seconds.
  test('a flood that continues while the socket is closing terminates it', async () => {
    const { url } = await listen({ messagesPerSocket });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname).on('error', () => {});
    onTestFinished(() => void socket.destroy());
    const closed = once(socket.resume(), 'close');

    socket.write(
      'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    for (let sent = 0; sent < 20; sent++) socket.write(MASKED_PING);

    await closed;
  });
});
