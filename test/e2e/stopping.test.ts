import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/program.ts';
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

test('a shutdown waits for pending requests, rejects new ones, and reports the program as alive but not ready', async () => {
  const upstream = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void upstream.close());
  await once(upstream, 'listening');
  const { url, stop } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` },
  });
  const status = async (path: string) => (await fetch(`${url}${path}`)).status;
  expect([await status('/health'), await status('/ready')]).toEqual([200, 200]);
  const { closed } = await openSocket(url);
  const pending = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'any' },
    body: JSON.stringify({ query: 'mutation { createModel(input: { displayName: "a" }) { __typename } }' }),
  });
  const [, response] = (await once(upstream, 'request')) as [unknown, ServerResponse];

  const stopped = stop();
  await closed;
  expect([await status('/health'), await status('/ready')]).toEqual([200, 503]);
  const rejected = await fetch(`${url}/graphql?query={__typename}`);
  expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await rejected.json()).errors).toMatchObject([{ extensions: { code: 'SHUTTING_DOWN', retryable: true } }]);
  await expect(openSocket(url)).rejects.toThrow('503');

  response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"a"}');
  expect(await (await pending).json()).toMatchObject({ data: { createModel: { __typename: 'CreateModelSuccess' } } });
  expect(await stopped).toEqual({ code: 0, signal: null });
});
