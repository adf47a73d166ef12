import { createClient } from 'graphql-sse';
import { describe, expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { connectSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { readEvents } from '../support/event-source.ts';
import type { StartOptions } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { acknowledged, listen } from './support.ts';

const WATCH = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';
const CLIENTS = 12;

async function startTraining(rates: StartOptions['rates']) {
  const started = await listen({}, { rates: { maxDelay: 30_000, ...rates } });
  const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const id = globalId({ kind: 'Training', modelId, id: await seedTraining(started.upstream, modelId) });
  return { ...started, id };
}

interface Listener {
  next: () => void;
  end: (reason: string) => void;
}

/** Subscriptions with each kind of client, including its reconnects. */
const subscribers: Record<string, (url: string, id: string, listener: Listener) => void> = {
  graphqlWs(url, id, { next, end }) {
    const client = connectSocket(url, { retryAttempts: 10, retryWait: () => settle() });
    client.subscribe(
      { query: WATCH, variables: { id } },
      { next, error: (error) => end(JSON.stringify(error)), complete: () => end('complete') },
    );
  },
  graphqlSse(url, id, { next, end }) {
    const client = createClient({ url: `${url}/graphql`, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    client.subscribe(
      { query: WATCH, variables: { id } },
      { next, error: (error) => end(String(error)), complete: () => end('complete') },
    );
  },
  eventSource(url, id, { next, end }) {
    const disconnect = new AbortController();
    onTestFinished(() => disconnect.abort());
    const search = new URLSearchParams({ query: WATCH, variables: JSON.stringify({ id }) });
    readEvents(`${url}/graphql?${search}`, { onEvent: next, signal: disconnect.signal }).then(
      (status) => end(String(status)),
      () => {},
    );
  },
};

describe.each(Object.entries(subscribers))('many clients that reconnect at once with %s', (_, subscribe) => {
  test.each([
    ['an address', { perAddress: 2 }],
    ['a key', { perKey: 2 }],
  ])('all subscriptions resume when many clients of %s reconnect at once', async (_, rates) => {
    const { url, id, clock } = await startTraining(rates);
    const resumed = new Set<number>();
    const ended: string[] = [];

    for (let number = 0; number < CLIENTS; number++)
      subscribe(url, id, { next: () => void resumed.add(number), end: (reason) => ended.push(reason) });
    for (let second = 0; second < 30 && resumed.size < CLIENTS; second++) {
      await settle(100);
      // Less than the interval of polls, so that the job does not end meanwhile.
      await clock.advance(500);
    }
    await until(() => resumed.size === CLIENTS || ended.length > 0);

    expect(ended).toEqual([]);
    expect(resumed.size).toBe(CLIENTS);
  });
});

describe('a subscription whose delay would be too long', () => {
  test.each([
    ['an address', { perAddress: 2 }],
    ['a key', { perKey: 2 }],
  ])(
    'a subscription whose delay would be too long closes its socket with 1013 when %s exceeds its rate',
    async (_, rates) => {
      const { url, id } = await startTraining({ ...rates, maxDelay: 0 });
      const { send: say, closed } = await acknowledged(url);

      for (let number = 0; number < 5; number++)
        say({ type: 'subscribe', id: `${number}`, payload: { query: WATCH, variables: { id } } });

      expect(await closed).toEqual({ code: 1013, reason: expect.stringContaining('2 requests per second') });
    },
  );

  test('a subscription with a long document is not delayed, so that it takes no memory', async () => {
    const { url, id } = await startTraining({ perKey: 1 });
    const { send: say, closed } = await acknowledged(url);
    const query = `${WATCH} #${'x'.repeat(10_000)}`;

    for (let number = 0; number < 4; number++)
      say({ type: 'subscribe', id: `${number}`, payload: { query, variables: { id } } });

    expect(await closed).toMatchObject({ code: 1013 });
  });
});

test('a delayed subscription is dropped when its client disconnects', async () => {
  const { url, id, clock } = await startTraining({ perKey: 1 });
  const { send: say, socket, closed } = await acknowledged(url);

  for (let number = 0; number < 6; number++)
    say({ type: 'subscribe', id: `${number}`, payload: { query: WATCH, variables: { id } } });
  await until(() => clock.waits().includes(1_000));
  socket.close();
  await closed;

  await until(() => !clock.waits().includes(1_000));
});

describe('a subscription above the limit of its key', () => {
  async function startFull() {
    const started = await listen(
      { sleep: () => new Promise(() => {}) },
      { watch: { maxStreams: 1, maxStreamWait: 60_000 } },
    );
    const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const id = globalId({ kind: 'Training', modelId, id: await seedTraining(started.upstream, modelId) });
    const payload = { query: WATCH, variables: { id } };
    const [dead, next] = [await acknowledged(started.url), await acknowledged(started.url)];
    dead.send({ type: 'subscribe', id: 'a', payload });
    expect(await dead.receive()).toMatchObject({ type: 'next', id: 'a' });
    next.send({ type: 'subscribe', id: 'b', payload });
    await until(() => started.clock.waits().includes(60_000));
    return { ...started, dead, next };
  }

  test('a subscription above the limit of its key starts once another one’s connection is found to be broken', async () => {
    const { dead, next, clock } = await startFull();

    dead.socket.terminate();

    expect(await next.receive()).toMatchObject({ type: 'next', id: 'b' });
    expect(clock.waits()).not.toContain(60_000);
  });

  test('a subscription above the limit of its key is rejected if no other ends in time, and its socket stays open', async () => {
    const { next, clock } = await startFull();
    const rejection = next.receive();

    while (clock.waits().includes(60_000)) await clock.endWaits();

    expect(await rejection).toMatchObject({
      type: 'error',
      id: 'b',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    expect(next.socket.readyState).toBe(next.socket.OPEN);
  });

  test('a subscription above the limit of its key leaves the queue when its client disconnects', async () => {
    const { next, clock } = await startFull();

    next.socket.terminate();

    await until(() => !clock.waits().includes(60_000));
  });
});
