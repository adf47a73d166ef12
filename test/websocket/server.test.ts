import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import type { ListenOptions } from '../../src/http/server.ts';
import { openSocket, type ProtocolClient } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { expectAnswers } from './support.ts';

const WATCH = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';
const KEEP_ALIVE = 12_000;

async function startServer(options: StartOptions & Pick<ListenOptions, 'streamsPerSocket'> = {}) {
  const { streamsPerSocket, ...rest } = options;
  const started = startGateway(rest);
  const { sleep } = started.clock;
  const { url } = await serverOf(started, streamsPerSocket === undefined ? { sleep } : { sleep, streamsPerSocket });
  return { ...started, url };
}

async function acknowledged(url: string, payload?: object): Promise<ProtocolClient> {
  const socket = await openSocket(url);
  socket.send({ type: 'connection_init', ...(payload && { payload }) });
  expect(await socket.receive()).toEqual({ type: 'connection_ack' });
  return socket;
}

describe('a socket', () => {
  test('a socket without a required key is closed with 4401, and the reason names connectionParams', async () => {
    const { url, takeRequests } = await startServer({ config: { ownKey: undefined } });
    const socket = await openSocket(url);

    socket.send({ type: 'connection_init' });

    expect(await socket.closed).toEqual({ code: 4401, reason: expect.stringContaining('connectionParams') });
    expect(takeRequests()).toEqual([]);
  });

  test.each([
    ['', 'is empty'],
    ['ключ', 'visible ASCII'],
  ])('a socket with a malformed key is closed with 4401, even with ALLOW_ANONYMOUS: %j', async (apiKey, reason) => {
    const { url } = await startServer({ config: { allowAnonymous: true } });
    const socket = await openSocket(url);

    socket.send({ type: 'connection_init', payload: { apiKey } });

    expect(await socket.closed).toEqual({ code: 4401, reason: expect.stringContaining(reason) });
  });

  test.each([{ apiKey: 'demo' }, { 'X-API-Key': 'demo' }])(
    'a socket is acknowledged with the connection parameters %j',
    async (payload) => {
      const { url } = await startServer({ config: { ownKey: undefined } });

      await acknowledged(url, payload);
    },
  );

  test('a subscription with a key that the upstream rejects gets an error, and its socket stays open', async () => {
    const { url } = await startServer();
    const socket = await acknowledged(url, { apiKey: 'wrong' });

    const id = globalId({ kind: 'Training', modelId: 'a', id: 'b' });
    socket.send({ type: 'subscribe', id: 'refused', payload: { query: WATCH, variables: { id } } });
    expect(await socket.receive()).toMatchObject({
      type: 'error',
      id: 'refused',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });

    socket.send({ type: 'subscribe', id: 'fine', payload: { query: '{ __typename }' } });
    expect(await socket.receive()).toMatchObject({
      type: 'next',
      id: 'fine',
      payload: { data: { __typename: 'Query' } },
    });
  });

  test('a socket may have a limited number of subscriptions open, and another once one is completed', async () => {
    const { url, upstream, gateway } = await startServer({ streamsPerSocket: 1 });
    const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
    const id = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
    const socket = await acknowledged(url);
    const subscribe = (name: string) =>
      socket.send({ type: 'subscribe', id: name, payload: { query: WATCH, variables: { id } } });

    subscribe('first');
    expect(await socket.receive()).toMatchObject({ type: 'next', id: 'first' });
    subscribe('second');
    expect(await socket.receive()).toMatchObject({
      type: 'error',
      id: 'second',
      payload: [
        { message: expect.stringContaining('limit of 1 open operations'), extensions: { code: 'RATE_LIMITED' } },
      ],
    });

    socket.send({ type: 'complete', id: 'first' });
    await until(() => gateway.watchedJobs === 0);
    subscribe('third');
    expect(await socket.receive()).toMatchObject({ type: 'next', id: 'third' });
  });
});

describe('keep-alive', () => {
  const useFakeIntervals = () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
  };

  test('the server pings an idle WebSocket every 12 seconds', async () => {
    const { url, clock } = await startServer();
    const socket = await acknowledged(url);
    let pings = 0;
    void socket.pinged().then(() => pings++);

    await clock.advance(KEEP_ALIVE - 1);
    socket.send({ type: 'ping' });
    expect(await socket.receive()).toEqual({ type: 'pong' });
    expect(pings).toBe(0);

    await clock.advance(1);
    await until(() => pings === 1);
  });

  test('a WebSocket is terminated after three unanswered pings, when the next one is due', async () => {
    const { url, clock } = await startServer();
    const socket = await openSocket(url, {}, { autoPong: false });

    await clock.advance(3 * KEEP_ALIVE);
    await clock.advance(KEEP_ALIVE - 1);
    expect(socket.socket.readyState).toBe(WebSocket.OPEN);
    await clock.advance(1);

    expect(await socket.closed).toEqual({ code: 1006, reason: '' });
  });

  test('the server sends a comment on an idle event stream every 12 seconds', async () => {
    useFakeIntervals();
    // In tests, Yoga uses a shorter interval.
    vi.stubEnv('NODE_ENV', 'production');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { fetch, upstream } = startGateway();
    const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
    const id = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
    const { body } = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: WATCH, variables: { id } }),
    });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    const chunks: string[] = [];
    void (async () => {
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) chunks.push(read.value);
    })();
    await until(() => chunks.some((text) => text.includes('QUEUED')));
    const before = chunks.length;

    vi.advanceTimersByTime(KEEP_ALIVE - 1);
    await settle();
    expect(chunks).toHaveLength(before);
    vi.advanceTimersByTime(1);
    await until(() => chunks.length > before);

    expect(chunks.at(-1)).toBe(':\n\n');
    await reader?.cancel();
  });
});

describe('an id that is used again after `complete`', () => {
  const subscribe = (query: string, variables = {}) => ({ type: 'subscribe', id: '1', payload: { query, variables } });
  const complete = { type: 'complete', id: '1' };
  const LIMITS = '{ limits { operations { cost } } }';

  test.each([
    ['a query', '{ models { nodes { id } } }'],
    ['a mutation', 'mutation { createModel(input: { displayName: "a" }) { __typename } }'],
  ])('gets the results of the last operation only, after %s', async (_, query) => {
    const { url } = await startServer();
    const socket = await acknowledged(url);

    for (const message of [subscribe(query), complete, subscribe(LIMITS)]) socket.send(message);

    expect(await socket.receive()).toMatchObject({ type: 'next', id: '1', payload: { data: { limits: {} } } });
    expect(await socket.receive()).toEqual(complete);
    await expectAnswers(socket);
  });

  test('belongs to the last subscription only', async () => {
    const started = await startServer();
    const modelId = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const trainingId = await seedTraining(started.upstream, modelId.id);
    const socket = await acknowledged(started.url);
    const id = globalId({ kind: 'Training', modelId: modelId.id, id: trainingId });

    for (const message of [
      subscribe('subscription { predictionsUpdated { id } }'),
      complete,
      subscribe(WATCH, { id }),
    ]) {
      socket.send(message);
    }

    expect(await socket.receive()).toMatchObject({ payload: { data: { trainingUpdated: { status: 'QUEUED' } } } });
  });

  test('is free after an operation that was completed before it began', async () => {
    const { url } = await startServer();
    const socket = await acknowledged(url);
    const models = subscribe('{ models { nodes { id } } }');

    for (const message of [models, complete, models, complete, subscribe(LIMITS)]) socket.send(message);

    expect(await socket.receive()).toMatchObject({ type: 'next', id: '1', payload: { data: { limits: {} } } });
    expect(await socket.receive()).toEqual(complete);
  });

  test('is taken while it was not completed', async () => {
    const { url } = await startServer();
    const socket = await acknowledged(url);
    const models = subscribe('{ models { nodes { id } } }');

    for (const message of [models, complete, models, models]) socket.send(message);

    expect(await socket.closed).toMatchObject({ code: 4409 });
  });
});
