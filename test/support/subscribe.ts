import { createClient } from 'graphql-ws';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type ListenOptions, serve } from '../../src/http/server.ts';
import type { QueryResult, TestGateway } from './gateway.ts';
import type { TypedDocumentString } from './gql/graphql.ts';

/** A subscription as its client sees it. */
export interface Subscription<Data> {
  /** The next event; undefined when the stream has completed. */
  next(): Promise<QueryResult<Data> | undefined>;
  /** Everything up to the end of the stream. */
  rest(): Promise<QueryResult<Data>[]>;
  leave(): Promise<void>;
}

export type Subscribe = <Data, Variables>(
  started: TestGateway,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  apiKey?: string,
) => Promise<Subscription<Data>>;

/** Server-sent events, as Yoga sends them in answer to a POST. */
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
  if (!response.body) throw new Error('There is no stream.');
  const reader = response.body.getReader();
  return subscriptionOf(parseEvents<Data>(reader), async () => {
    controller.abort();
    await reader.cancel();
  });
}

/** WebSockets on a real port, as graphql-ws speaks them. */
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
  // An `error` message is thrown as the list of errors that it holds. It is the last thing that is heard.
  let isRefused = false;
  const read = async (): Promise<IteratorResult<QueryResult<Data>>> => {
    if (isRefused) return { value: undefined, done: true };
    try {
      // A GraphQL result is a GraphQL result, whoever declares its type.
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

/** No transport at all: the graph itself, as both of the others call it, and what they would write of its results. */
async function directly<Data, Variables>(
  started: TestGateway,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  apiKey?: string,
): Promise<Subscription<Data>> {
  const request = new Request('http://localhost:4000/graphql', { headers: apiKey ? { 'x-api-key': apiKey } : {} });
  const { schema, parse, contextFactory, subscribe } = started.gateway.getEnveloped({ request });
  const results: AsyncIterableIterator<QueryResult<Data>> | QueryResult<Data> = await subscribe({
    schema,
    document: parse(document.toString()),
    variableValues: variables as Record<string, unknown>,
    contextValue: await contextFactory(),
  });
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

/** The server of a gateway, which stops when the test has finished. */
export function serverOf(started: TestGateway, options: Partial<ListenOptions> = {}): ReturnType<typeof serve> {
  const existing = servers.get(started);
  if (existing) return existing;
  const log = pino({ level: 'silent' });
  const server = serve(started.gateway, { host: '127.0.0.1', port: 0, trustProxy: false, log, ...options });
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

/** The `next` events of a stream (GraphQL over SSE, distinct connections mode), until its `complete`. */
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
