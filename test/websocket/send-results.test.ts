import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buildSchema, type ExecutionArgs, type ExecutionResult, parse } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import pino from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { createBucket } from '../../src/limits/token-bucket.ts';
import { SharedResult, stringifyResult } from '../../src/operations/shared-result.ts';
import { RequestRecord } from '../../src/telemetry/request-record.ts';
import { type Connection, connect } from '../../src/websocket/connection.ts';
import { checkMessage } from '../../src/websocket/request-errors.ts';
import { sendResults } from '../../src/websocket/send-results.ts';
import { UnsentBytes } from '../../src/websocket/unsent-bytes.ts';
import { openSocket, type ProtocolClient } from '../e2e/client.ts';
import { until } from '../support/clock.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { acknowledged, listen } from './support.ts';

const testRecord = () =>
  new RequestRecord({ headers: {}, client: undefined, transport: 'websocket' }, { sse: 0, websocket: 0, events: 0 }, 0);
const MEGABYTE = 1_048_576;
const SUBSCRIBE = { query: 'subscription { count }' };
const schema = buildSchema('type Query { count: Int } type Subscription { count: Int }');

/** The results of one operation, which a test emits. */
class Source implements AsyncIterableIterator<object> {
  requested = 0;
  isClosed = false;
  readonly #emitted: object[];
  #resolve: ((read: IteratorResult<object>) => void) | undefined;

  constructor(emitted: readonly object[] = []) {
    this.#emitted = [...emitted];
  }

  emit(result: object): void {
    this.#emitted.push(result);
    this.#settle();
  }

  next(): Promise<IteratorResult<object>> {
    this.requested++;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#settle();
    });
  }

  async return(): Promise<IteratorResult<object>> {
    this.isClosed = true;
    this.#settle();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #settle(): void {
    if (!this.#resolve) return;
    if (this.isClosed) this.#resolve({ value: undefined, done: true });
    else {
      const value = this.#emitted.shift();
      if (!value) return;
      this.#resolve({ value, done: false });
    }
    this.#resolve = undefined;
  }
}

/** Serves sources by operation id, over the connections of the gateway, graphql-ws and ws. */
async function serveSources(sources: Readonly<Record<string, Source>>): Promise<string> {
  const log = pino({ level: 'silent' });
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols });
  onTestFinished(() => void server.close());
  const unsent = new UnsentBytes({
    limits: { perSocket: 64 * MEGABYTE, inTotal: 64 * MEGABYTE },
    sockets: server.clients,
    log,
  });
  const protocol = makeServer<Record<string, unknown>, { connection: Connection }>({
    onSubscribe: (_, id, { query }) => ({ schema, document: parse(query), contextValue: sources[id] }),
    subscribe: ({ contextValue }: ExecutionArgs) => contextValue as AsyncIterable<ExecutionResult>,
    onOperation: ({ extra: { connection } }, id, _payload, _args, result) =>
      sendResults(
        result as AsyncIterable<ExecutionResult>,
        (each) => connection.sendResult(id, each, testRecord()),
        () => {},
      ),
  });
  server.on('connection', (socket) => {
    const connection = connect(socket, {
      rate: createBucket({ perSecond: 50, countsRefused: true, monotonicNow: () => 0 }),
      unsent,
      steps: { body: checkMessage(MEGABYTE), serialization: stringifyResult },
      isAcknowledged: () => true,
      maskError: (error) => error as Error,
      log,
    });
    const closed = protocol.opened(connection, { connection });
    socket.once('close', (code, reason) => void closed(code, String(reason)));
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const receiveMany = async ({ receive }: ProtocolClient, count: number) => {
  const received = [];
  while (received.length < count) received.push(await receive());
  return received;
};

describe('results of operations over a WebSocket', () => {
  test('shared and other results of several operations arrive in the order in which they are emitted', async () => {
    const [a, b] = [new Source(), new Source()];
    const client = await acknowledged(await serveSources({ a, 'b"}': b }));
    client.send({ type: 'subscribe', id: 'a', payload: SUBSCRIBE });
    client.send({ type: 'subscribe', id: 'b"}', payload: SUBSCRIBE });
    await until(() => a.requested > 0 && b.requested > 0);
    const shared = new SharedResult({ data: { count: 1 } });

    a.emit(shared);
    b.emit(shared);
    a.emit({ data: {} });
    b.emit({});
    a.emit(shared);

    const received = await receiveMany(client, 5);
    expect(received.filter(({ id }) => id === 'a').map(({ payload }) => payload)).toEqual([
      { data: { count: 1 } },
      { data: {} },
      { data: { count: 1 } },
    ]);
    expect(received.filter(({ id }) => id === 'b"}')).toEqual([
      { id: 'b"}', type: 'next', payload: { data: { count: 1 } } },
      { id: 'b"}', type: 'next', payload: {} },
    ]);
    await a.return();
    expect(await client.receive()).toEqual({ id: 'a', type: 'complete' });
  });

  test('`complete` closes the results at once, even while the next one is awaited', async () => {
    const a = new Source();
    const client = await acknowledged(await serveSources({ a }));
    client.send({ type: 'subscribe', id: 'a', payload: SUBSCRIBE });
    await until(() => a.requested === 1);

    client.send({ type: 'complete', id: 'a' });

    await until(() => a.isClosed);
    client.send({ type: 'ping' });
    expect(await client.receive()).toEqual({ type: 'pong' });
  });

  test('results are closed with their socket', async () => {
    const a = new Source();
    const client = await acknowledged(await serveSources({ a }));
    client.send({ type: 'subscribe', id: 'a', payload: SUBSCRIBE });
    await until(() => a.requested === 1);

    client.socket.terminate();

    await until(() => a.isClosed);
  });

  test('the next result is requested only once the previous one has been passed to the system', async () => {
    const a = new Source(Array.from({ length: 64 }, () => ({ data: { count: 'x'.repeat(MEGABYTE) } })));
    const client = await acknowledged(await serveSources({ a }));

    client.socket.pause();
    client.send({ type: 'subscribe', id: 'a', payload: SUBSCRIBE });
    let before = -1;
    await until(() => {
      const isStalled = a.requested === before && a.requested > 0;
      before = a.requested;
      return isStalled;
    });
    expect(a.requested).toBeLessThan(40);

    client.socket.resume();
    await until(() => a.requested === 65);
  });

  test('a result that cannot be serialized is an error of its operation, whose results are closed', async () => {
    const a = new Source([{ data: { count: 1n } }]);
    const client = await acknowledged(await serveSources({ a }));

    client.send({ type: 'subscribe', id: 'a', payload: SUBSCRIBE });

    expect(await client.receive()).toMatchObject({ id: 'a', type: 'error' });
    expect(a.isClosed).toBe(true);
    client.send({ type: 'ping' });
    expect(await client.receive()).toMatchObject({ type: 'pong' });
  });
});

test('an event for several sockets is serialized once', async () => {
  const { url, upstream } = await listen();
  const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
  const id = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
  const query = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';
  const subscribe = async (name: string) => {
    const client = await openSocket(url);
    client.send({ type: 'connection_init' });
    await client.receive();
    client.send({ type: 'subscribe', id: name, payload: { query, variables: { id } } });
    return client;
  };
  const stringify = vi.spyOn(JSON, 'stringify');
  onTestFinished(() => void stringify.mockRestore());

  const clients = await Promise.all(['a', 'b', 'c'].map(subscribe));
  const first = await Promise.all(clients.map(({ receive }) => receive()));

  expect(first).toEqual(
    ['a', 'b', 'c'].map((name) => ({
      id: name,
      type: 'next',
      payload: { data: { trainingUpdated: { status: 'QUEUED' } } },
    })),
  );
  const serialized = stringify.mock.results.filter(({ value }) => String(value).includes('"trainingUpdated":{'));
  expect(serialized).toHaveLength(1);
});
