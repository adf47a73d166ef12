import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-sse';
import { expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import { readEvents } from '../support/event-source.ts';
import { startProgram } from '../support/program.ts';
import { collect, connectSocket } from './client.ts';

const query = 'subscription ($id: ID!) { predictionUpdated(id: $id) { status } }';
const variables = { id: globalId({ kind: 'Prediction', id: 'a' }) };

/** An upstream with one prediction. */
async function startUpstream() {
  const prediction = { status: 'running', images: [] as string[] };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(prediction));
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, prediction };
}

test('every kind of client resumes its subscription after a restart, and completes with the job', {
  timeout: 60_000,
}, async () => {
  const upstream = await startUpstream();
  const env = { FLAIR_API_URL: upstream.url, FLAIR_API_KEY: 'any' };
  const first = await startProgram({ env });
  const { url } = first;
  const events = { sse: [] as string[], eventSource: [] as string[], socket: [] as string[] };
  const record = (kind: keyof typeof events) => (event: unknown) => void events[kind].push(JSON.stringify(event));

  const sse = createClient({ url: `${url}/graphql`, retryAttempts: 1e9, retry: () => settle() });
  const sseEnd = new Promise<void>((resolve, reject) =>
    sse.subscribe({ query, variables }, { next: record('sse'), error: reject, complete: resolve }),
  );
  const disconnect = new AbortController();
  const search = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const eventSourceEnd = readEvents(`${url}/graphql?${search}`, {
    onEvent: record('eventSource'),
    signal: disconnect.signal,
  });
  const client = connectSocket(url, { retryAttempts: 1e9, retryWait: () => settle(), shouldRetry: () => true });
  const socketEnd = new Promise<void>((resolve, reject) =>
    client.subscribe({ query, variables }, { next: record('socket'), error: reject, complete: resolve }),
  );
  onTestFinished(() => {
    sse.dispose();
    eventSourceEnd.catch(() => {});
    disconnect.abort();
  });
  await until(() => Object.values(events).every(({ length }) => length > 0));

  expect(await first.stop()).toEqual({ code: 0, signal: null });
  expect(first.output.stdout + first.output.stderr).not.toContain('unexpected error');
  const before = { sse: events.sse.length, eventSource: events.eventSource.length, socket: events.socket.length };
  const second = await startProgram({ env: { ...env, PORT: new URL(url).port } });
  await until(() => events.sse.length > before.sse && events.eventSource.length > before.eventSource);
  await until(() => events.socket.length > before.socket);
  Object.assign(upstream.prediction, { status: 'completed', images: [`${upstream.url}/image`] });

  await Promise.all([sseEnd, socketEnd]);
  expect(await eventSourceEnd).toBe(204);
  expect(events.sse.at(-1)).toContain('COMPLETED');
  expect(events.socket.at(-1)).toContain('COMPLETED');
  expect(events.eventSource.at(-2)).toContain('COMPLETED');
  await second.stop();
});

test('a mutation over server-sent events that is pending during a shutdown gets its result', async () => {
  const upstream = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void upstream.close());
  await once(upstream, 'listening');
  const { url, stop } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, FLAIR_API_KEY: 'any' },
  });
  const client = createClient({ url: `${url}/graphql`, retryAttempts: 0 });
  const results = collect(
    client.iterate({ query: 'mutation { createModel(input: { displayName: "a" }) { __typename } }' }),
  );
  const response = await new Promise<ServerResponse>((resolve) =>
    upstream.on('request', ({ method }, received) => {
      if (method === 'POST') resolve(received);
      else received.end();
    }),
  );

  const stopped = stop();
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"a"}');

  expect(await results).toMatchObject([{ data: { createModel: { __typename: 'CreateModelSuccess' } } }]);
  expect(await stopped).toEqual({ code: 0, signal: null });
});
