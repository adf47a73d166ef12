import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { until } from '../support/workers.ts';
import { openSocket } from './client.ts';

test('a shutdown closes WebSockets with 1012, after which clients reconnect', async () => {
  const { url, stop } = await startProgram();
  const { closed } = await openSocket(url);

  const stopped = stop();

  expect(await closed).toMatchObject({ code: 1012 });
  expect(await stopped).toEqual({ code: 0, signal: null });
});

test('a response during a shutdown closes its connection, which would keep the process running', async () => {
  const upstream = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void upstream.close());
  await once(upstream, 'listening');
  const { url, stop } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` },
  });
  const { closed } = await openSocket(url);
  const pending = fetch(`${url}/graphql?query={models{nodes{id}}}`, { headers: { 'x-api-key': 'any' } });
  const [, response] = (await once(upstream, 'request')) as [unknown, ServerResponse];

  const stopped = stop();
  await closed;
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"models":[],"hasMore":false}');

  expect((await pending).headers.get('connection')).toBe('close');
  expect(await stopped).toEqual({ code: 0, signal: null });
});

test.each(['1', '2'])(
  'after SIGTERM everything is served during the drain, but /ready fails and connections close, with WORKERS=%s',
  {
    timeout: 120_000,
  },
  async (workers) => {
    const program = await startProgram({ env: { DRAIN_SECONDS: '3600', WORKERS: workers } });
    const { url, pid, exited } = program;
    const ready = async () => await fetch(`${url}/ready`);
    expect((await ready()).status).toBe(200);
    const before = await openSocket(url);

    process.kill(pid, 'SIGTERM');
    const drained = await until(async () => {
      const response = await ready();
      return response.status === 503 && response;
    });

    expect(await drained.json()).toMatchObject({ status: 'draining' });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const served = await fetch(`${url}/graphql?query={__typename}`);
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);
    const during = await openSocket(url);
    // Another signal ends the drain.
    process.kill(pid, 'SIGINT');
    expect([await before.closed, await during.closed]).toMatchObject([{ code: 1012 }, { code: 1012 }]);
    expect(await exited).toEqual({ code: 0, signal: null });
  },
);

test('Ctrl-C stops without a drain', async () => {
  const { pid, exited } = await startProgram({ env: { DRAIN_SECONDS: '3600' } });

  process.kill(pid, 'SIGINT');

  expect(await exited).toEqual({ code: 0, signal: null });
});

test('a stop waits for pending requests, and refuses new connections meanwhile', async () => {
  const upstream = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void upstream.close());
  await once(upstream, 'listening');
  const { url, stop } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` },
  });
  const { closed } = await openSocket(url);
  const pending = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'any' },
    body: JSON.stringify({ query: 'mutation { createModel(input: { displayName: "a" }) { __typename } }' }),
  });
  const [, response] = (await once(upstream, 'request')) as [unknown, ServerResponse];

  const stopped = stop();
  await closed;
  await expect(fetch(`${url}/health`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await expect(openSocket(url)).rejects.toThrow('ECONNREFUSED');

  response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"a"}');
  expect(await (await pending).json()).toMatchObject({ data: { createModel: { __typename: 'CreateModelSuccess' } } });
  expect(await stopped).toEqual({ code: 0, signal: null });
});

test('a mutation over a WebSocket gets its response before a stop closes the socket, and its client does not repeat it', async () => {
  const upstream = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void upstream.close());
  await once(upstream, 'listening');
  const { url, pid, exited } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` },
  });
  const idle = await openSocket(url);
  const busy = await openSocket(url);
  busy.send({ type: 'connection_init', payload: { apiKey: 'any' } });
  expect(await busy.receive()).toEqual({ type: 'connection_ack' });
  const query = 'mutation { createModel(input: { displayName: "a" }) { __typename } }';
  busy.send({ type: 'subscribe', id: 'paid', payload: { query } });
  const [, response] = (await once(upstream, 'request')) as [unknown, ServerResponse];

  process.kill(pid, 'SIGINT');
  expect(await idle.closed).toMatchObject({ code: 1012 });
  // Not started, so that the client may repeat it.
  busy.send({ type: 'subscribe', id: 'late', payload: { query } });
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"a"}');

  expect(await busy.receive()).toMatchObject({
    type: 'next',
    id: 'paid',
    payload: { data: { createModel: { __typename: 'CreateModelSuccess' } } },
  });
  expect(await busy.receive()).toEqual({ type: 'complete', id: 'paid' });
  expect(await busy.closed).toMatchObject({ code: 1012 });
  expect(await exited).toEqual({ code: 0, signal: null });
});
