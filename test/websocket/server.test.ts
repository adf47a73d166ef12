import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import type { ListenOptions } from '../../src/http/server.ts';
import { type Conversation, openSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

const WATCH = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';
const KEEP_ALIVE = 12_000;

async function startServer(options: StartOptions & Pick<ListenOptions, 'streamsPerSocket'> = {}) {
  const { streamsPerSocket, ...rest } = options;
  const started = startGateway(rest);
  const { pause } = started.clock;
  const { url } = await serverOf(started, streamsPerSocket === undefined ? { pause } : { pause, streamsPerSocket });
  return { ...started, url };
}

async function acknowledged(url: string, payload?: object): Promise<Conversation> {
  const socket = await openSocket(url);
  socket.say({ type: 'connection_init', ...(payload && { payload }) });
  expect(await socket.hear()).toEqual({ type: 'connection_ack' });
  return socket;
}

describe('a socket', () => {
  test('that brings no key where one is required is closed with 4401, and told how to bring one', async () => {
    const { url, takeRequests } = await startServer({ config: { ownKey: undefined } });
    const socket = await openSocket(url);

    socket.say({ type: 'connection_init' });

    expect(await socket.closed).toEqual({ code: 4401, reason: expect.stringContaining('connectionParams') });
    expect(takeRequests()).toEqual([]);
  });

  test.each([
    ['', 'is empty'],
    ['ключ', 'visible ASCII'],
  ])('that brings a key that is none is closed with 4401, whatever key could be lent: %j', async (apiKey, said) => {
    const { url } = await startServer({ config: { allowAnonymous: true } });
    const socket = await openSocket(url);

    socket.say({ type: 'connection_init', payload: { apiKey } });

    expect(await socket.closed).toEqual({ code: 4401, reason: expect.stringContaining(said) });
  });

  test.each([{ apiKey: 'demo' }, { 'X-API-Key': 'demo' }])('is opened with %j', async (payload) => {
    const { url } = await startServer({ config: { ownKey: undefined } });

    await acknowledged(url, payload);
  });

  test('whose key the upstream refuses hears so on the subscription, and stays open', async () => {
    const { url } = await startServer();
    const socket = await acknowledged(url, { apiKey: 'wrong' });

    const id = globalId({ kind: 'Training', modelId: 'a', id: 'b' });
    socket.say({ type: 'subscribe', id: 'refused', payload: { query: WATCH, variables: { id } } });
    expect(await socket.hear()).toMatchObject({
      type: 'error',
      id: 'refused',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });

    socket.say({ type: 'subscribe', id: 'fine', payload: { query: '{ __typename }' } });
    expect(await socket.hear()).toMatchObject({ type: 'next', id: 'fine', payload: { data: { __typename: 'Query' } } });
  });

  test('may have so many subscriptions open, and one more when one of them is closed', async () => {
    const { url, upstream, gateway } = await startServer({ streamsPerSocket: 1 });
    const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
    const id = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
    const socket = await acknowledged(url);
    const subscribe = (name: string) =>
      socket.say({ type: 'subscribe', id: name, payload: { query: WATCH, variables: { id } } });

    subscribe('first');
    expect(await socket.hear()).toMatchObject({ type: 'next', id: 'first' });
    subscribe('second');
    expect(await socket.hear()).toMatchObject({
      type: 'error',
      id: 'second',
      payload: [{ message: expect.stringContaining('1 operations open'), extensions: { code: 'RATE_LIMITED' } }],
    });

    socket.say({ type: 'complete', id: 'first' });
    await until(() => gateway.watchedJobs === 0);
    subscribe('third');
    expect(await socket.hear()).toMatchObject({ type: 'next', id: 'third' });
  });
});

describe('what is silent is kept alive every 12 seconds, so that no proxy closes it', () => {
  const useFakeIntervals = () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
  };

  test('over a WebSocket, with a ping', async () => {
    const { url, clock } = await startServer();
    const socket = await acknowledged(url);
    let pings = 0;
    void socket.pinged().then(() => pings++);

    await clock.advance(KEEP_ALIVE - 1);
    socket.say({ type: 'ping' });
    expect(await socket.hear()).toEqual({ type: 'pong' });
    expect(pings).toBe(0);

    await clock.advance(1);
    await until(() => pings === 1);
  });

  test('and a WebSocket whose client does not answer three pings is cut when the next one is due', async () => {
    const { url, clock } = await startServer();
    const socket = await openSocket(url, {}, { autoPong: false });

    await clock.advance(3 * KEEP_ALIVE);
    await clock.advance(KEEP_ALIVE - 1);
    expect(socket.socket.readyState).toBe(WebSocket.OPEN);
    await clock.advance(1);

    expect(await socket.closed).toEqual({ code: 1006, reason: '' });
  });

  test('over server-sent events, with a comment', async () => {
    useFakeIntervals();
    // In tests, Yoga is quicker.
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
    const heard: string[] = [];
    void (async () => {
      for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) heard.push(read.value);
    })();
    await until(() => heard.some((text) => text.includes('QUEUED')));
    const before = heard.length;

    vi.advanceTimersByTime(KEEP_ALIVE - 1);
    await settle();
    expect(heard).toHaveLength(before);
    vi.advanceTimersByTime(1);
    await until(() => heard.length > before);

    expect(heard.at(-1)).toBe(':\n\n');
    await reader?.cancel();
  });
});
