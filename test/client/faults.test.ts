import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { createWatchToken, type Job, predictionsUpdated, trainingsUpdated } from '../../src/client/index.ts';
import { FAST_TRAINING, seedRunningTraining } from '../clients/support.ts';
import { settle, until } from '../support/clock.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { recordStates, retryUntil, start, startClient, transports } from './support.ts';

describe.each(transports)('over %s', (_, options) => {
  test.each([
    [503, 'UPSTREAM_UNAVAILABLE'],
    [429, 'RATE_LIMITED'],
  ])('while the upstream answers with %i, a watch reports %s and goes on', async (status, code) => {
    let isFailing = true;
    const started = await start({
      ...options,
      gateway: {
        transport: async (request, upstream) =>
          isFailing && request.method === 'GET'
            ? new Response('{}', { status, headers: status === 429 ? { 'retry-after': '30' } : {} })
            : await upstream(request),
      },
    });
    const id = await seedRunningTraining(started);
    const { states, onState } = recordStates();
    const watch = Promise.resolve(started.client.watchJob(id, { onState }));
    while (!states.at(-1)?.error) await started.clock.advance(1_000);

    expect(states.at(-1)).toMatchObject({ status: 'open', error: { code, retryable: true } });
    isFailing = false;
    await started.clock.advance(FAST_TRAINING * 10);

    expect(await watch).toMatchObject({ status: 'COMPLETED' });
    expect(states.filter(({ status }) => status === 'waiting')).toEqual([]);
  });

  test('missing credentials end a watch, and are not sent again', async () => {
    const started = await start({ ...options, gateway: { config: { ownKey: undefined } } });
    const { states, onState } = recordStates();
    const id = globalId({ kind: 'Prediction', id: 'a' });

    await expect(started.client.watchJob(id, { onState })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

    expect(states.map(({ status }) => status).filter((status) => status !== 'open')).toEqual(['connecting', 'closed']);
    expect(states.at(-1)?.error).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('a key that the upstream rejects ends a watch', async () => {
    const started = await start({ ...options, apiKey: async () => 'wrong' });

    const watch = Promise.resolve(started.client.watchJob(globalId({ kind: 'Prediction', id: 'a' })));

    await expect(watch).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
  });

  test('a mistake in a document ends a subscription', async () => {
    const { client } = await start(options);

    await expect(client.subscribe('subscription { nothing }').next()).rejects.toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
      errors: [{ message: expect.stringContaining('nothing') }],
    });
  });

  test('a subscription to a list yields the events of new jobs until it is left', async () => {
    const started = await start(options);
    const { id } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const first = await seedPrediction(started.upstream, [id]);
    const events = started.client.subscribe(predictionsUpdated);

    expect((await events.next()).value?.predictionsUpdated).toMatchObject({
      id: globalId({ kind: 'Prediction', id: first }),
    });
    await events.return?.();
    expect(await events.next()).toEqual({ value: undefined, done: true });
  });

  test('events may contain separators of lines other than those of the protocol', async () => {
    const started = await start(options);
    const { id } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const prompt = 'a dress\u2028in the wind\u2029at night';
    await seedPrediction(started.upstream, [id], { prompt });
    const events = started.client.subscribe(predictionsUpdated);

    expect((await events.next()).value?.predictionsUpdated).toMatchObject({ prompt });
    await events.return?.();
  });

  test('a stream that is left while it waits for an event closes without an error', async () => {
    const started = await start(options);
    const id = await seedRunningTraining(started);
    const { states, onState } = recordStates();
    const events = started.client.watchJob(id, { onState })[Symbol.asyncIterator]();
    await events.next();
    const next = events.next();

    await events.return?.();

    expect(await next).toEqual({ value: undefined, done: true });
    expect(states.at(-1)).toEqual({ status: 'closed' });
  });

  test('a subscription to the trainings of a model that is deleted ends with NOT_FOUND', async () => {
    const started = await start(options);
    const { id, globalId: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1, trainings: 1 });
    const events = started.client.subscribe(trainingsUpdated, { modelId });
    await events.next();
    const end = (async () => {
      for await (const _event of events);
    })();
    end.catch(() => {});

    await started.upstream(`/models/${id}`, { method: 'DELETE' });
    await started.clock.advance(120_000);

    await expect(end).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('an expired token is replaced by a new one', async () => {
    const fastSeconds = 600;
    const started = await start({ ...options, gateway: { sandbox: { fastSeconds } } });
    const id = await seedRunningTraining(started);
    const tokens: string[] = [];
    const recorded = recordStates();
    const createToken = async (expiresInSeconds: number) => {
      const input = { jobIds: [id], expiresInSeconds };
      const { createWatchToken: result } = await started.client.request(createWatchToken, { input });
      return result.__typename === 'CreateWatchTokenSuccess' ? result.token : '';
    };
    const spare = [await createToken(60)];
    const viewer = startClient({
      url: `${started.url}/graphql`,
      headers: () => {
        const token = spare.pop() ?? '';
        tokens.push(token);
        return { 'X-Watch-Token': token };
      },
      ...options,
    });
    const watch = Promise.resolve(viewer.client.watchJob(id, recorded));
    await until(() => recorded.states.at(-1)?.status === 'open');

    await started.clock.advance(30_000);
    spare.push(await createToken(3_600));
    // A connection that has lasted for a while.
    await viewer.clientClock.advance(6_000);
    await started.clock.advance(31_000);
    const isReconnected = () => tokens.length === 2 && recorded.states.at(-1)?.status === 'open';
    await retryUntil({ ...viewer, ...recorded }, isReconnected);
    await started.clock.advance(fastSeconds * 1_000);

    expect(await watch).toMatchObject({ status: 'COMPLETED' });
    expect(new Set(tokens).size).toBe(2);
  });
});

test('subscriptions share one socket, which is closed when it is unused', async () => {
  let opened = 0;
  const closed: Promise<unknown>[] = [];
  class Counting extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol);
      opened++;
      closed.push(new Promise((resolve) => this.once('close', resolve)));
    }
  }
  const started = await start({ webSocket: Counting });
  const ids = [await seedRunningTraining(started), await seedRunningTraining(started)];
  const seen: Job[] = [];
  const loops = ids.map(async (id) => {
    for await (const job of started.client.watchJob(id)) seen.push(job);
  });
  await until(() => seen.length === 2);
  await started.clock.advance(FAST_TRAINING * 2);
  await Promise.all(loops);
  expect(opened).toBe(1);

  await started.clientClock.advance(1_000);
  await Promise.all(closed);
  expect(started.clientClock.waits()).toEqual([]);
});

test('where no WebSocket can be opened, server-sent events are used', async () => {
  class Blocked extends WebSocket {
    constructor() {
      super('ws://127.0.0.1:1');
    }
  }
  const recorded = recordStates();
  const started = { ...(await start({ webSocket: Blocked })), ...recorded };
  const id = await seedRunningTraining(started);
  const watch = Promise.resolve(started.client.watchJob(id, recorded));

  await retryUntil(started, () => recorded.states.at(-1)?.status === 'open');
  await started.clock.advance(FAST_TRAINING * 2);

  expect(await watch).toMatchObject({ status: 'COMPLETED' });
  expect(recorded.states.map(({ status }) => status)).toEqual([
    'connecting',
    'waiting',
    'connecting',
    'open',
    'closed',
  ]);
});

test('a page that may not use WebSockets uses server-sent events', async () => {
  class Forbidden extends WebSocket {
    constructor() {
      super('no url');
    }
  }
  const recorded = recordStates();
  const started = { ...(await start({ webSocket: Forbidden })), ...recorded };
  const id = await seedRunningTraining(started);
  const events = started.client.watchJob(id, recorded)[Symbol.asyncIterator]();
  let first: Job | undefined;
  void events.next().then(({ value }) => {
    first = value;
  });

  await retryUntil(started, () => first !== undefined);
  expect(first).toMatchObject({ id });
});

test('a proxy that answers in place of the gateway delays a watch by what it demands', async () => {
  let failures = 0;
  const recorded = recordStates();
  const started = {
    ...(await start({
      fetch: async (input, init) => {
        if (failures++ > 0) return await fetch(input, init);
        return new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'retry-after': '7' } });
      },
    })),
    ...recorded,
  };
  const id = await seedRunningTraining(started);
  const watch = Promise.resolve(started.client.watchJob(id, recorded));
  await until(() => recorded.states.at(-1)?.status === 'waiting');
  expect(recorded.states.at(-1)).toMatchObject({ retryIn: 7_350, error: { code: 'INVALID_RESPONSE' } });

  await retryUntil(started, () => recorded.states.at(-1)?.status === 'open');
  await started.clock.advance(FAST_TRAINING * 2);
  expect(await watch).toMatchObject({ status: 'COMPLETED' });
});

test('a URL that is not the graph ends a watch', async () => {
  const { client } = await start({ fetch: async () => new Response('<h1>Not found</h1>', { status: 404 }) });

  await expect(client.watchJob('a')).rejects.toMatchObject({ code: 'INVALID_RESPONSE', retryable: false });
});

describe('a laptop that sleeps', () => {
  test.each([['stops'], ['runs on']] as const)('keeps a socket that is still open (its clock %s)', async (clock) => {
    const recorded = recordStates();
    const started = await start({ webSocket: WebSocket });
    const id = await seedRunningTraining(started);
    const watch = Promise.resolve(started.client.watchJob(id, recorded));
    await until(() => started.gateway.watchedJobs === 1);
    await settle();

    await started.clientClock.suspend(3_600_000, clock);
    await started.clock.advance(FAST_TRAINING * 2);

    expect(await watch).toMatchObject({ status: 'COMPLETED' });
    expect(recorded.states.map(({ status }) => status)).toEqual(['connecting', 'open', 'closed']);
  });

  test('has time to read what has arrived before a stream of events counts as silent', async () => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
      },
    });
    const send = (text: string) => controller?.enqueue(new TextEncoder().encode(text));
    const headers = { 'content-type': 'text/event-stream' };
    const recorded = recordStates();
    const { client, clientClock } = startClient({
      url: 'http://gateway.test/graphql',
      fetch: async () => new Response(body, { headers }),
    });
    const watch = Promise.resolve(client.watchJob('a', recorded));
    await until(() => recorded.states.at(-1)?.status === 'open');

    await clientClock.suspend(3_600_000, 'runs on');
    send(':\r\n\r\n');
    await settle();
    await clientClock.advance(24_000);
    send(`event: next\r\ndata: {"data":{"jobsUpdated":\r\ndata: {"id":"a","isFinished":true}}}\r\n\r\n`);

    expect(await watch).toEqual({ id: 'a', isFinished: true });
    expect(recorded.states.map(({ status }) => status)).toEqual(['connecting', 'open', 'closed']);
  });
});
