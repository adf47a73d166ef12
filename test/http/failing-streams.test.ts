import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createYoga, type Plugin } from 'graphql-yoga';
import { describe, expect, onTestFinished, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { stringifyEvent, useEventStreams } from '../../src/http/event-stream.ts';
import { sendResponse } from '../../src/http/send-response.ts';
import { settle, until } from '../support/clock.ts';
import { openClient } from './support.ts';

const QUERY = 'subscription { predictionUpdated(id: "a") { status } }';
const EVENT = { data: { predictionUpdated: { status: 'RUNNING' } } };
const NEVER = new Promise<never>(() => {});

type Read = IteratorResult<object, undefined>;
type Results = Pick<AsyncIterator<object, undefined>, 'next' | 'return'>;

/** An iterator of results that counts its calls. */
function source({ next, return: close = async () => DONE }: Partial<Results>) {
  const state = { reads: 0, returns: 0 };
  const results = {
    [Symbol.asyncIterator]: () => results,
    next: () => {
      state.reads++;
      return state.reads === 1 ? Promise.resolve<Read>({ value: EVENT, done: false }) : (next?.() ?? NEVER);
    },
    return: () => {
      state.returns++;
      return close();
    },
  };
  return { results, state };
}

const DONE = { value: undefined, done: true } as const;

/** Starts a server whose subscriptions all have the same source, and records its errors. */
async function startServer(results: object, { opened = Promise.resolve() }: { opened?: Promise<void> } = {}) {
  const uncaught: unknown[] = [];
  const record = (error: unknown) => void uncaught.push(error);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, record);
    onTestFinished(() => void process.off(event, record));
  }
  const yoga = createYoga({
    schema,
    logging: false,
    maskedErrors: false,
    plugins: [
      useEventStreams(stringifyEvent, () => false),
      {
        onSubscribe({ setSubscribeFn }) {
          setSubscribeFn(async () => {
            state.subscribed++;
            await opened;
            return results;
          });
        },
      } satisfies Plugin,
    ],
  });
  const state = { subscribed: 0, sent: 0 };
  const failures: unknown[] = [];
  const server = createServer(async (request, response) => {
    const fetched = await yoga.handleNodeRequestAndResponse(request, response);
    await sendResponse(fetched, response, 'request-1');
    if (response.errored) failures.push(response.errored);
    state.sent++;
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, state, failures, uncaught };
}

const JSON_BODY = JSON.stringify({ query: QUERY });
const ACCEPT = 'Host: localhost\r\nAccept: text/event-stream\r\n';
const methods = {
  GET: `GET /graphql?query=${encodeURIComponent(QUERY)} HTTP/1.1\r\n${ACCEPT}\r\n`,
  POST: `POST /graphql HTTP/1.1\r\n${ACCEPT}Content-Type: application/json\r\nContent-Length: ${JSON_BODY.length}\r\n\r\n${JSON_BODY}`,
};

function subscribe(url: string, method: keyof typeof methods) {
  const client = openClient(url);
  client.socket.write(methods[method]);
  return client;
}

const broken = () => new Error('the source broke');
const throwing = () => {
  throw broken();
};

describe.each(['GET', 'POST'] as const)('streams by %s', (method) => {
  test.each<[how: string, parts: Partial<Results>]>([
    ['closes', {}],
    ['fails to close', { return: () => Promise.reject(broken()) }],
    ['throws on close', { return: throwing }],
    ['never closes', { return: () => NEVER }],
  ])(
    'a stream whose source fails after the first event reports the error and completes, even if the source %s',
    async (_, parts) => {
      let hasFailed = false;
      const { results, state } = source({
        ...parts,
        async next() {
          if (hasFailed) return DONE;
          hasFailed = true;
          throw broken();
        },
      });
      const { url, state: server, failures, uncaught } = await startServer(results);
      const client = subscribe(url, method);

      await until(() => server.sent === 1);

      client.socket.end();
      const { body, isComplete } = await client.whole();
      expect(body.toString()).toMatch(/"RUNNING".*event: next\ndata: \{"errors".*event: complete/s);
      expect([isComplete, state.returns, failures, uncaught]).toEqual([true, 1, [], []]);
    },
  );

  test.each<[how: string, parts: Partial<Results>]>([
    ['throws at once', { next: throwing }],
    ['throws at once, and fails to close', { next: throwing, return: () => Promise.reject(broken()) }],
    ['throws at once, and throws on close', { next: throwing, return: throwing }],
    ['throws at once, and never closes', { next: throwing, return: () => NEVER }],
    [
      'returns a result that cannot be serialized',
      { next: async () => ({ value: { data: { toJSON: throwing } }, done: false }) },
    ],
  ])('a stream whose source %s after the first event is aborted, not completed', async (_, parts) => {
    const { results, state } = source(parts);
    const { url, failures, uncaught } = await startServer(results);

    const { body, isComplete } = await subscribe(url, method).whole();

    expect(body.toString()).not.toContain('event: complete');
    expect([isComplete, state.returns, failures, uncaught]).toEqual([false, 1, [broken()], []]);
  });

  test.each<[how: string, parts: Partial<Results>]>([
    ['closes', {}],
    ['fails to close', { return: () => Promise.reject(broken()) }],
    ['throws on close', { return: throwing }],
    ['never closes', { return: () => NEVER }],
  ])('a client that disconnects after the first event closes a source that %s', async (_, parts) => {
    const { results, state } = source(parts);
    const { url, state: server, failures, uncaught } = await startServer(results);
    const client = subscribe(url, method);
    await until(() => state.reads === 2);

    client.socket.destroy();

    await until(() => server.sent === 1);
    await settle();
    expect(state.returns).toBe(1);
    expect([failures, uncaught]).toEqual([[], []]);
  });

  test('a client that disconnects before the response closes the source', async () => {
    const { results, state } = source({});
    let open = () => {};
    const {
      url,
      state: server,
      failures,
      uncaught,
    } = await startServer(results, {
      opened: new Promise((resolve) => (open = resolve)),
    });
    const client = subscribe(url, method);
    await until(() => server.subscribed === 1);

    client.socket.resetAndDestroy();
    await until(() => client.socket.closed);
    await settle();
    open();

    await until(() => state.returns > 0);
    await settle();
    expect(state.returns).toBe(1);
    expect([failures, uncaught]).toEqual([[], []]);
  });

  test.each(['destroy', 'resetAndDestroy'] as const)(
    'a client that disconnects while an event is sent closes the source: %s',
    async (way) => {
      const large = { data: { text: 'a'.repeat(4_000_000) } };
      const { results, state } = source({ next: async () => ({ value: large, done: false }) });
      const { url, state: server, failures, uncaught } = await startServer(results);
      const client = subscribe(url, method);
      await until(() => client.size > 0);
      client.socket.pause();
      let reads = 0;
      while (reads !== state.reads) {
        reads = state.reads;
        await settle(50);
      }

      client.socket[way]();

      await until(() => server.sent === 1);
      await settle();
      expect(state.returns).toBe(1);
      expect([failures, uncaught]).toEqual([[], []]);
    },
  );

  test('a source that fails after its client has disconnected is not reported as a failure', async () => {
    let fail = () => {};
    const { results, state } = source({ next: () => new Promise((_, reject) => (fail = () => reject(broken()))) });
    const { url, state: server, failures, uncaught } = await startServer(results);
    const client = subscribe(url, method);
    await until(() => state.reads === 2);
    client.socket.destroy();
    await until(() => server.sent === 1);

    fail();

    await settle();
    expect([failures, uncaught]).toEqual([[], []]);
  });
});
