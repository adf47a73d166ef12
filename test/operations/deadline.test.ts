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

/** Never responds; rejects when the request is aborted. */
const hang = (request: Request) =>
  new Promise<Response>((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));

/** Starts a gateway with a model. Its upstream does not respond to matching requests before `release` is called. */
async function startSilent(silent: (request: Request) => boolean, options: StartOptions = {}) {
  const held: Request[] = [];
  let releaseHeld = () => {};
  const released = new Promise<void>((resolve) => {
    releaseHeld = resolve;
  });
  let isSilent = false;
  const started = startGateway({
    ...options,
    transport: (request, upstream) => {
      if (!isSilent || !silent(request)) return upstream(request);
      held.push(request);
      return Promise.race([hang(request), released.then(() => upstream(request))]);
    },
  });
  const model = await seedModel(started.upstream, 'Dresses', { images: 1 });
  isSilent = true;
  return {
    ...started,
    model,
    held,
    /** Responds to all requests, including the held ones. */
    release: () => {
      isSilent = false;
      releaseHeld();
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

describe('an operation that exceeds its deadline', () => {
  test('the response contains the fields resolved before the deadline, and an error for each other field', async () => {
    const { query, clock, model, held } = await startSilent((request) => /\/models\/\w/.test(request.url));

    const pending = query<{ models: unknown; model: unknown }, unknown>(TWO, { id: model.globalId });
    await clock.advance(29_999);
    expect(held.map(({ signal }) => signal.aborted)).toEqual([false]);
    await clock.advance(1);

    const { data, errors } = await pending;
    expect(data).toEqual({ models: { nodes: [{ displayName: 'Dresses' }] }, model: null });
    expect(errors).toMatchObject([{ path: ['model'], extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true } }]);
    expect(held.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(clock.waits()).toEqual([]);
  });

  test('the time in the request queue counts for the deadline', async () => {
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

  test('a write that was sent continues after the deadline, and its outcome is reported as unknown', async () => {
    const { query, clock, held, release } = await startSilent(isPost, { deadline: 60_000 });
    const input = { displayName: 'Coats', idempotencyKey: 'coats' };

    const pending = query(CREATE, { input });
    await until(() => held.length === 1);
    await clock.advance(30_000);

    expect((await pending).errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false } },
    ]);
    expect(held[0]?.signal.aborted).toBe(false);
    release();
    const repeated = await query(CREATE, { input });
    expect(repeated).toEqual({ data: { createModel: { model: { displayName: 'Coats' } } } });
    expect(held).toHaveLength(1);
  });

  test('a write is not sent after the deadline', async () => {
    const { query, clock, held, requests, release } = await startSilent(isPost, {
      deadline: 60_000,
      upstream: { concurrency: 1 },
    });
    const [first, second] = ['Coats', 'Shoes'].map((displayName) => query(CREATE, { input: { displayName } }));
    await until(() => held.length === 1);
    requests.length = 0;

    await clock.advance(30_000);
    expect(codesOf((await first)?.errors)).toEqual(['UPSTREAM_OUTCOME_UNKNOWN']);
    expect(codesOf((await second)?.errors)).toEqual(['UPSTREAM_TIMEOUT']);
    release();
    await settle();

    expect(requests.map(({ operation }) => operation)).toEqual(['createModel']);
  });

  test('`waitSeconds` extends the deadline', async () => {
    const { query, clock, model, held } = await startSilent(isGet);
    const input = { modelId: model.globalId, strength: 5, waitSeconds: 60 };
    let isResolved = false;

    const pending = query(TRAIN, { input }).finally(() => {
      isResolved = true;
    });
    await clock.advance(60_000);
    await until(() => held.length > 0);
    expect(isResolved).toBe(false);
    await clock.advance(30_000);

    expect(await pending).toMatchObject({ data: { startTraining: { training: { status: 'UNKNOWN' } } } });
  });

  test('an operation over a WebSocket has a deadline, too', async () => {
    const started = await startSilent(isGet);
    const { url } = await serverOf(started);
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    onTestFinished(() => client.dispose());

    const results = client.iterate({ query: TWO, variables: { id: started.model.globalId } });
    const pending = results.next();
    await until(() => started.held.length === 2);
    await started.clock.advance(30_000);

    // The list is non-null, so `data` is null, and the error below it is dropped.
    expect((await pending).value).toMatchObject({ data: null, errors: [{ extensions: { code: 'UPSTREAM_TIMEOUT' } }] });
  });
});

describe('a client that disconnects', () => {
  /** Starts an upstream on a real port that never responds. Returns its open requests and the number of closed ones. */
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

  test('a disconnect over HTTP aborts pending and queued reads, and closes their upstream connections', async () => {
    const upstream = await silentServer();
    const { url, clock } = await startBehind(upstream.url);
    const abortController = new AbortController();

    const pending = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: FOUR, variables: { ids } }),
      signal: abortController.signal,
    }).catch((error: unknown) => error);
    await until(() => upstream.open.size === 2);
    abortController.abort();

    await pending;
    await until(() => upstream.closed() === 2);
    await until(() => clock.waits().length === 0);
    expect(upstream.open.size).toBe(0);
  });

  test('closing a WebSocket aborts the reads of its operations', async () => {
    const upstream = await silentServer();
    const { url } = await startBehind(upstream.url);
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const pending = client
      .iterate({ query: FOUR, variables: { ids } })
      .next()
      .catch((error: unknown) => error);
    await until(() => upstream.open.size === 2);

    client.terminate();

    await pending;
    await until(() => upstream.closed() === 2);
    expect(upstream.open.size).toBe(0);
    await client.dispose();
  });
});

const MODEL = 'query ($id: ID!) { model(id: $id) { displayName } }';

let models = 0;
/** Variables with the id of a new model, so that the query does not join an equal one. */
const another = () => ({ id: globalId({ kind: 'Model', id: `m${models++}` }) });

describe('the circuit breaker of a failing upstream', () => {
  const FAILING = { failureThreshold: 0.5, attempts: 5, window: 10_000, coolDown: 5_000 };
  test('an open circuit sends no requests, and one trial request after the cool-down', async () => {
    let isHealthy = false;
    let sent = 0;
    const { query, clock } = startGateway({
      upstream: { breaker: FAILING, retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
      transport: async (request, upstream) => {
        sent++;
        return isHealthy ? upstream(request) : new Response(null, { status: 503 });
      },
    });
    const send = () => query(MODEL, another());
    for (let time = 0; time < 5; time++) await send();
    expect(sent).toBe(5);

    const { errors } = await send();
    const written = await query(CREATE, { input: { displayName: 'Coats' } });

    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, retryAfter: 5 } }]);
    expect(codesOf(written.errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(sent).toBe(5);
    await clock.advance(5_000);
    isHealthy = true;
    const both = await Promise.all([send(), send()]);
    expect(both.map(({ errors }) => errors?.length ?? 0).toSorted()).toEqual([0, 1]);
    expect(sent).toBe(6);
    expect((await send()).errors).toBeUndefined();
  });

  test.each([400, 401, 403, 404, 429])('a response with status %i does not open the circuit', async (status) => {
    let sent = 0;
    const { query } = startGateway({
      upstream: { breaker: FAILING },
      transport: async () => {
        sent++;
        return new Response(null, { status, headers: { 'retry-after': '60' } });
      },
    });

    // Each with a different key, because a rejected key is not sent again for a while.
    for (let time = 0; time < 10; time++) await query(MODEL, another(), { 'x-api-key': `key-${time}` });

    expect(sent).toBe(10);
  });

  test('timeouts open the circuit, too', async () => {
    const { query, clock, held } = await startSilent(isGet, { upstream: { breaker: FAILING } });
    const send = () => query(MODEL, another());
    let answered = 0;
    for (let request = 0; request < 5; request++) void send().then(() => answered++);
    // A request that is still being prepared times out later.
    while (answered < 5) await clock.advance(30_000);
    expect(held).toHaveLength(5);

    expect(codesOf((await send()).errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(held).toHaveLength(5);
  });
});

test('a request is rejected with a retry delay if the request queue of its key is full', async () => {
  const { query, clock } = await startSilent(isGet, { upstream: { concurrency: 1, waiting: 2 } });
  const send = () => query(MODEL, another());

  const pending = [send(), send(), send()];
  await settle();
  const rejected = await send();
  await clock.advance(30_000);

  expect(rejected.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryable: true, retryAfter: 1 } }]);
  expect((await Promise.all(pending)).flatMap(({ errors }) => codesOf(errors))).toEqual(
    Array(3).fill('UPSTREAM_TIMEOUT'),
  );
});
