import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { listen } from '../../src/http/listen.ts';
import { type ListenOptions, serve } from '../../src/http/server.ts';
import { quietTurn } from '../../src/util/quiet-turn.ts';
import { openSocket } from '../e2e/client.ts';
import { startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

test('before the gateway exists, its port responds to health checks, and holds other requests', async () => {
  const listener = await listen({ host: '127.0.0.1', port: 0 });
  const { url } = listener;
  const query = fetch(`${url}/graphql?query={__typename}`);
  const socket = openSocket(url);

  const responses = await Promise.all(['/health', '/ready'].map((path) => fetch(url + path)));
  expect(responses.map(({ status }) => status)).toEqual([200, 503]);
  expect(await Promise.all(responses.map((response) => response.json()))).toEqual([
    { status: 'ok' },
    { status: 'starting', checks: { configuration: { status: 'ok' } } },
  ]);
  const head = await fetch(`${url}/ready`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([503, '']);

  const log = pino({ level: 'silent' });
  const server = await serve(startGateway().gateway, { host: '', port: 0, trustProxy: 0, log }, listener);
  onTestFinished(() => server.close());
  expect((await fetch(`${url}/ready`)).status).toBe(200);
  expect(await (await query).json()).toEqual({ data: { __typename: 'Query' } });
  expect((await socket).socket.readyState).toBe(WebSocket.OPEN);
});

const never = () => new Promise<never>(() => {});

const start = (options: Partial<ListenOptions>) =>
  serve(startGateway().gateway, {
    host: '127.0.0.1',
    port: 0,
    trustProxy: 0,
    log: pino({ level: 'silent' }),
    ...options,
  });

test('a request on a connection that was accepted before the stop is served', async () => {
  const server = await start({ sleep: never });
  const { hostname, port } = new URL(server.url);
  const accepted = connect(Number(port), hostname);
  await once(accepted, 'connect');
  // The server has accepted it when it responds on a later one.
  expect((await fetch(`${server.url}/health`)).status).toBe(200);

  const closed = server.close();
  accepted.write(`GET /graphql?query={__typename} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);

  expect(await text(accepted)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*"__typename":"Query"/);
  await closed;
});

test('a stop waits for a connection without a request for a limited time', async () => {
  const server = await start({ sleep: async () => {} });
  const { hostname, port } = new URL(server.url);
  const accepted = connect(Number(port), hostname);
  await once(accepted, 'connect');

  await server.close();

  expect(await text(accepted)).toBe('');
});

/** Sends a request over a connection. @returns The response, which is smaller than a packet. */
async function exchange(connection: Socket, path: string): Promise<string> {
  connection.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  return String((await once(connection, 'data'))[0]);
}

test('after a drain, a connection that proxies keep serves one more request, after new ones are refused', async () => {
  const server = await start({ sleep: never });
  const port = Number(new URL(server.url).port);
  const kept = connect(port, '127.0.0.1');
  expect(await exchange(kept, '/health')).toMatch(/^HTTP\/1\.1 200 OK\r\n(?![\s\S]*connection: close)/i);
  server.drain();

  const closed = server.close();
  await quietTurn();
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  const response = await exchange(kept, '/graphql?query={__typename}');

  expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close\r\n[\s\S]*"__typename":"Query"/i);
  await closed;
});

test('a connection that was opened before the gateway existed serves one more request, too', async () => {
  const listener = await listen({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(listener.url).port);
  const kept = connect(port, '127.0.0.1');
  await exchange(kept, '/health');
  const log = pino({ level: 'silent' });
  const options = { host: '', port: 0, trustProxy: 0, log, sleep: never };
  const server = await serve(startGateway().gateway, options, listener);
  server.drain();

  const closed = server.close();
  await quietTurn();
  const response = await exchange(kept, '/graphql?query={__typename}');

  expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*"__typename":"Query"/);
  await closed;
});

test.for([true, false])(
  'a stop closes an idle connection, without a drain at once (after a drain: %s)',
  async (isDrained) => {
    const server = await start({ sleep: isDrained ? async () => {} : never });
    const kept = connect(Number(new URL(server.url).port), '127.0.0.1');
    await exchange(kept, '/health');
    if (isDrained) server.drain();

    const closed = once(kept, 'close');
    await server.close();

    await closed;
  },
);

test('a stop during an event stream prints no warning about its listeners', async () => {
  const { gateway, upstream } = startGateway();
  const { id: modelId } = await seedModel(upstream, 'Dresses');
  const id = globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [modelId]) });
  const log = pino({ level: 'silent' });
  const server = await serve(gateway, { host: '127.0.0.1', port: 0, trustProxy: 0, log });
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => void warnings.push(message);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const query = `subscription { predictionUpdated(id: "${id}") { status } }`;
  const response = await fetch(`${server.url}/graphql?${new URLSearchParams({ query })}`, {
    headers: { accept: 'text/event-stream' },
  });
  const reader = response.body?.getReader();
  await reader?.read();

  await server.close();

  expect(warnings).toEqual([]);
});
