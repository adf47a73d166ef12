import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

/** Never answers; ends when whoever asked lets go. */
const hang = (request: Request) =>
  new Promise<Response>((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));

/** A gateway whose upstream does not answer what matches before it is told to speak, and a model to ask for. */
async function startSilent(silent: (request: Request) => boolean, options: StartOptions = {}) {
  const held: Request[] = [];
  let speak = () => {};
  const spoken = new Promise<void>((resolve) => {
    speak = resolve;
  });
  let isSilent = false;
  const started = startGateway({
    ...options,
    transport: (request, upstream) => {
      if (!isSilent || !silent(request)) return upstream(request);
      held.push(request);
      return Promise.race([hang(request), spoken.then(() => upstream(request))]);
    },
  });
  const model = await seedModel(started.upstream, 'Dresses', { images: 1 });
  isSilent = true;
  return {
    ...started,
    model,
    held,
    /** Answers everything, what is held too. */
    speak: () => {
      isSilent = false;
      speak();
    },
  };
}

const isGet = ({ method }: Request) => method === 'GET';
const isPost = ({ method }: Request) => method === 'POST';
const codesOf = (errors: readonly { extensions: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions.code);

const TWO = 'query ($id: ID!) { models { nodes { displayName } } model(id: $id) { displayName } }';
const CREATE =
  'mutation ($input: CreateModelInput!) { createModel(input: $input) { ... on CreateModelSuccess { model { displayName } } } }';
const TRAIN = `mutation ($input: StartTrainingInput!) {
  startTraining(input: $input) { ... on StartTrainingSuccess { training { id status } } }
}`;

describe('an operation that is not answered in time', () => {
  test('answers what came, and says of the rest that it did not', async () => {
    const { query, clock, model, held } = await startSilent((request) => /\/models\/\w/.test(request.url));

    const asking = query<{ models: unknown; model: unknown }, unknown>(TWO, { id: model.globalId });
    await clock.advance(29_999);
    expect(held.map(({ signal }) => signal.aborted)).toEqual([false]);
    await clock.advance(1);

    const { data, errors } = await asking;
    expect(data).toEqual({ models: { nodes: [{ displayName: 'Dresses' }] }, model: null });
    expect(errors).toMatchObject([{ path: ['model'], extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true } }]);
    expect(held.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(clock.waits()).toEqual([]);
  });

  test('counts the time in which it waited for its turn', async () => {
    const { query, clock, model, held } = await startSilent(isGet, { upstream: { concurrency: 1 } });
    const first = query(TWO, { id: model.globalId });
    await clock.advance(20_000);
    const second = query(TWO, { id: model.globalId });

    await clock.advance(10_000);
    expect(codesOf((await first).errors)).toContain('UPSTREAM_TIMEOUT');
    await clock.advance(20_000);

    expect(codesOf((await second).errors)).toContain('UPSTREAM_TIMEOUT');
    expect(held.length).toBeLessThanOrEqual(3);
  });

  test('does not wait for a write that was sent, which goes on', async () => {
    const { query, clock, held, speak } = await startSilent(isPost, { deadline: 60_000 });
    const input = { displayName: 'Coats', idempotencyKey: 'coats' };

    const asking = query(CREATE, { input });
    await until(() => held.length === 1);
    await clock.advance(30_000);

    expect((await asking).errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false } },
    ]);
    expect(held[0]?.signal.aborted).toBe(false);
    speak();
    const repeated = await query(CREATE, { input });
    expect(repeated).toEqual({ data: { createModel: { model: { displayName: 'Coats' } } } });
    expect(held).toHaveLength(1);
  });

  test('never sends a write for which it is too late', async () => {
    const { query, clock, held, requests, speak } = await startSilent(isPost, {
      deadline: 60_000,
      upstream: { concurrency: 1 },
    });
    const [first, second] = ['Coats', 'Shoes'].map((displayName) => query(CREATE, { input: { displayName } }));
    await until(() => held.length === 1);
    requests.length = 0;

    await clock.advance(30_000);
    expect(codesOf((await first)?.errors)).toEqual(['UPSTREAM_OUTCOME_UNKNOWN']);
    expect(codesOf((await second)?.errors)).toEqual(['UPSTREAM_TIMEOUT']);
    speak();
    await settle();

    expect(requests.map(({ operation }) => operation)).toEqual(['createModel']);
  });

  test('has as much more time as it was told to wait for its job', async () => {
    const { query, clock, model, held } = await startSilent(isGet);
    const input = { modelId: model.globalId, strength: 5, waitSeconds: 60 };
    let isAnswered = false;

    const asking = query(TRAIN, { input }).finally(() => {
      isAnswered = true;
    });
    await clock.advance(60_000);
    await until(() => held.length > 0);
    expect(isAnswered).toBe(false);
    await clock.advance(30_000);

    expect(await asking).toMatchObject({ data: { startTraining: { training: { status: 'UNKNOWN' } } } });
  });

  test('over a WebSocket is answered all the same', async () => {
    const started = await startSilent(isGet);
    const { url } = await serverOf(started);
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    onTestFinished(() => client.dispose());

    const results = client.iterate({ query: TWO, variables: { id: started.model.globalId } });
    const asking = results.next();
    await until(() => started.held.length === 2);
    await started.clock.advance(30_000);

    // The list must not be null, so that nothing is left of the answer, nor of the other error in it.
    expect((await asking).value).toMatchObject({ data: null, errors: [{ extensions: { code: 'UPSTREAM_TIMEOUT' } }] });
  });
});

describe('a client that leaves', () => {
  /** An upstream on a real port that never answers, and how many of its connections are open with a request. */
  async function silentServer() {
    const open = new Set<IncomingMessage>();
    let closed = 0;
    const server = createServer((request, response) => {
      open.add(request);
      response.once('close', () => {
        open.delete(request);
        closed++;
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, open, closed: () => closed };
  }

  async function startBehind(upstream: string) {
    const started = startGateway({
      upstream: { concurrency: 2 },
      transport: (request) =>
        fetch(request.url.replace('http://sandbox.internal', upstream), {
          headers: request.headers,
          signal: request.signal,
        }),
    });
    return { ...started, url: (await serverOf(started)).url };
  }

  const ids = [1, 2, 3, 4].map((index) => globalId({ kind: 'Model', id: `m${index}` }));
  const FOUR = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Model { displayName } } }';

  test('over HTTP ends its reads, under way and waiting: the upstream sees its connections close', async () => {
    const upstream = await silentServer();
    const { url, clock } = await startBehind(upstream.url);
    const leaving = new AbortController();

    const asking = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: FOUR, variables: { ids } }),
      signal: leaving.signal,
    }).catch((error: unknown) => error);
    await until(() => upstream.open.size === 2);
    leaving.abort();

    await asking;
    await until(() => upstream.closed() === 2);
    await until(() => clock.waits().length === 0);
    expect(upstream.open.size).toBe(0);
  });

  test('over a WebSocket as well, when it closes', async () => {
    const upstream = await silentServer();
    const { url } = await startBehind(upstream.url);
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const asking = client
      .iterate({ query: FOUR, variables: { ids } })
      .next()
      .catch((error: unknown) => error);
    await until(() => upstream.open.size === 2);

    client.terminate();

    await asking;
    await until(() => upstream.closed() === 2);
    expect(upstream.open.size).toBe(0);
    await client.dispose();
  });
});

const MODEL = 'query ($id: ID!) { model(id: $id) { displayName } }';

let models = 0;
/** The variables for a model that nobody has asked for: those who ask alike at once are one. */
const another = () => ({ id: globalId({ kind: 'Model', id: `m${models++}` }) });

describe('an upstream that fails', () => {
  const FAILING = { failureThreshold: 0.5, attempts: 5, window: 10_000, coolDown: 5_000 };
  test('is not asked while it rests, and asked again once', async () => {
    let isWell = false;
    let asked = 0;
    const { query, clock } = startGateway({
      upstream: { breaker: FAILING, retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
      transport: async (request, upstream) => {
        asked++;
        return isWell ? upstream(request) : new Response(null, { status: 503 });
      },
    });
    const ask = () => query(MODEL, another());
    for (let time = 0; time < 5; time++) await ask();
    expect(asked).toBe(5);

    const { errors } = await ask();
    const written = await query(CREATE, { input: { displayName: 'Coats' } });

    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfter: 5 } }]);
    expect(codesOf(written.errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(asked).toBe(5);
    await clock.advance(5_000);
    isWell = true;
    const both = await Promise.all([ask(), ask()]);
    expect(both.map(({ errors }) => errors?.length ?? 0).toSorted()).toEqual([0, 1]);
    expect(asked).toBe(6);
    expect((await ask()).errors).toBeUndefined();
  });

  test.each([400, 401, 403, 404, 429])('is not one that answers %i', async (status) => {
    let asked = 0;
    const { query } = startGateway({
      upstream: { breaker: FAILING },
      transport: async () => {
        asked++;
        return new Response(null, { status, headers: { 'retry-after': '60' } });
      },
    });

    // With other keys, because one that is rejected is not sent again for a while.
    for (let time = 0; time < 10; time++) await query(MODEL, another(), { 'x-api-key': `key-${time}` });

    expect(asked).toBe(10);
  });

  test('by its silence rests too', async () => {
    const { query, clock, held } = await startSilent(isGet, { upstream: { breaker: FAILING } });
    const ask = () => query(MODEL, another());
    const asking = Array.from({ length: 5 }, ask);
    await clock.advance(30_000);
    await Promise.all(asking);
    expect(held).toHaveLength(5);

    expect(codesOf((await ask()).errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(held).toHaveLength(5);
  });
});

test('too many waiting requests of one key are refused with a time to come back', async () => {
  const { query, clock } = await startSilent(isGet, { upstream: { concurrency: 1, waiting: 2 } });
  const ask = () => query(MODEL, another());

  const asking = [ask(), ask(), ask()];
  await settle();
  const refused = await ask();
  await clock.advance(30_000);

  expect(refused.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryable: true, retryAfter: 1 } }]);
  expect((await Promise.all(asking)).flatMap(({ errors }) => codesOf(errors))).toEqual(
    Array(3).fill('UPSTREAM_TIMEOUT'),
  );
});
