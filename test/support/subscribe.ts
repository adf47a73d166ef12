import { createClient } from 'graphql-ws';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type ListenOptions, serve } from '../../src/http/server.ts';
import type { QueryResult, TestGateway } from './gateway.ts';
import type { TypedDocumentString } from './gql/graphql.ts';

/** Client side of a subscription. */
export interface Subscription<Data> {
  /** Returns the next event; undefined after the end of the stream. */
  next(): Promise<QueryResult<Data> | undefined>;
  /** Returns all events until the end of the stream. */
  rest(): Promise<QueryResult<Data>[]>;
  leave(): Promise<void>;
}

export type Subscribe = <Data, Variables>(
  started: TestGateway,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  apiKey?: string,
) => Promise<Subscription<Data>>;

/** Subscribes by a POST request with server-sent events, as in Yoga. */
async function overServerSentEvents<Data, Variables>(
  started: TestGateway,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  apiKey?: string,
): Promise<Subscription<Data>> {
  const controller = new AbortController();
  const response = await started.fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(apiKey && { 'x-api-key': apiKey }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
    signal: controller.signal,
  });
  if (!response.body) throw new Error('Expected a response with a body');
  const reader = response.body.getReader();
  return subscriptionOf(parseEvents<Data>(reader), async () => {
    controller.abort();
    await reader.cancel();
  });
}

/** Subscribes over a WebSocket on a real port, with graphql-ws. */
async function overWebSocket<Data, Variables>(
  started: TestGateway,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  apiKey?: string,
): Promise<Subscription<Data>> {
  const server = await serverOf(started);
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(apiKey && { connectionParams: { apiKey } }),
  });
  const results = client.iterate({ query: document.toString(), variables: variables as Record<string, unknown> });
  onTestFinished(async () => {
    await client.dispose();
  });
  // graphql-ws throws the list of errors of an `error` message, which is the last message of a subscription.
  let isRefused = false;
  const read = async (): Promise<IteratorResult<QueryResult<Data>>> => {
    if (isRefused) return { value: undefined, done: true };
    try {
      // graphql-ws and these tests declare the same type of a GraphQL result differently.
      return (await results.next()) as unknown as IteratorResult<QueryResult<Data>>;
    } catch (errors) {
      if (!Array.isArray(errors)) throw errors;
      isRefused = true;
      return { value: { data: undefined, errors }, done: false };
    }
  };
  return subscriptionOf({ next: read }, async () => {
    await results.return?.();
  });
}

/** Subscribes without a transport, by calling the functions that the transports call, and serializes the results. */
async function directly<Data, Variables>(
  started: TestGateway,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  apiKey?: string,
): Promise<Subscription<Data>> {
  const request = new Request('http://localhost:4000/graphql', { headers: apiKey ? { 'x-api-key': apiKey } : {} });
  const { documents, webSocket } = started.gateway;
  const results = (await webSocket.operations.subscribe({
    document: documents.parse(document.toString()),
    variableValues: variables as Record<string, unknown>,
    transport: { request },
  })) as AsyncIterableIterator<QueryResult<Data>> | QueryResult<Data>;
  const events = Symbol.asyncIterator in results ? results : only(results);
  const read = async (): Promise<IteratorResult<QueryResult<Data>>> => {
    const { value, done } = await events.next();
    return done ? { value, done } : { value: JSON.parse(JSON.stringify(value)), done: false };
  };
  return subscriptionOf({ next: read }, async () => {
    await events.return?.();
  });
}

async function* only<Data>(result: QueryResult<Data>): AsyncGenerator<QueryResult<Data>, undefined> {
  yield result;
}

export const transports: { transport: string; subscribe: Subscribe }[] = [
  { transport: 'no transport', subscribe: directly },
  { transport: 'server-sent events', subscribe: overServerSentEvents },
  { transport: 'WebSocket', subscribe: overWebSocket },
];

const servers = new WeakMap<TestGateway, ReturnType<typeof serve>>();

/** Starts or returns the HTTP server of a gateway; it stops at the end of the test. */
export function serverOf(started: TestGateway, options: Partial<ListenOptions> = {}): ReturnType<typeof serve> {
  const existing = servers.get(started);
  if (existing) return existing;
  const log = pino({ level: 'silent' });
  const server = serve(started.gateway, { host: '127.0.0.1', port: 0, trustProxy: 0, log, ...options });
  servers.set(started, server);
  onTestFinished(async () => (await server).close());
  return server;
}

function subscriptionOf<Data>(
  results: AsyncIterator<QueryResult<Data>>,
  leave: () => Promise<void>,
): Subscription<Data> {
  const next = async () => {
    const { value, done } = await results.next();
    return done ? undefined : value;
  };
  return {
    next,
    leave,
    async rest() {
      const all: QueryResult<Data>[] = [];
      for (let result = await next(); result; result = await next()) all.push(result);
      return all;
    },
  };
}

/** Parses the `next` events of a stream until `complete` (GraphQL over SSE, distinct connections mode). */
async function* parseEvents<Data>(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<QueryResult<Data>> {
  let text = '';
  const decoder = new TextDecoder();
  for (;;) {
    const { value: chunk, done } = await reader.read();
    if (done) return;
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const fields = new Map(
        event.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      if (fields.get('event') === 'complete') return;
      if (fields.get('event') === 'next') yield JSON.parse(fields.get('data') ?? '');
    }
  }
}
