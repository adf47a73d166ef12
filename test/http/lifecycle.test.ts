import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { listen } from '../../src/http/listen.ts';
import { serve } from '../../src/http/server.ts';
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

test('a request on a connection that was accepted before the stop is served', async () => {
  const log = pino({ level: 'silent' });
  const server = await serve(startGateway().gateway, { host: '127.0.0.1', port: 0, trustProxy: 0, log });
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

test('a connection without a request does not delay a stop for long', async () => {
  const log = pino({ level: 'silent' });
  const server = await serve(startGateway().gateway, { host: '127.0.0.1', port: 0, trustProxy: 0, log });
  const { hostname, port } = new URL(server.url);
  const accepted = connect(Number(port), hostname);
  await once(accepted, 'connect');

  await server.close();

  expect(await text(accepted)).toBe('');
});

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
