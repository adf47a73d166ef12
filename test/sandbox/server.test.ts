import { once } from 'node:events';
import { connect } from 'node:net';
import { test as base, expect } from 'vitest';
import type { Wire } from '../../src/contract/contract.ts';
import { serveSandbox } from '../../src/sandbox/server.ts';
import { errorOf, okJson, PNG_START, startSandbox, urlOf } from './support.ts';

const test = base.extend<{ served: ReturnType<typeof startSandbox> & { url: string } }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that a fixture needs from this pattern
  served: async ({}, use) => {
    const started = startSandbox();
    const server = await serveSandbox(started.sandbox, { host: '127.0.0.1', port: 0 });
    await use({ ...started, url: server.url });
    await server.close();
    started.sandbox.close();
  },
});

const headers = { 'x-api-key': 'demo', connection: 'close' };

test('the API is served over HTTP with images on the same origin', async ({ served: { url, clock } }) => {
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    fetch(url + path, { method: 'POST', body, headers: { ...headers, 'content-type': type } });
  const { id } = await okJson<Wire['CreatedModel']>(post('/models', '{"displayName":"Dresses"}'));
  await okJson(post(`/models/${id}/data`, PNG_START, 'application/octet-stream'));
  const request = { scaleConfigs: { [id]: 1 }, prompt: 'x', image_size: { width: 512, height: 512 } };
  const { predictionId } = await okJson<Wire['CreatedPrediction']>(post('/predictions', JSON.stringify(request)));
  clock.now += 60_000;
  const { images } = await okJson<Wire['PredictionDetails']>(fetch(`${url}/predictions/${predictionId}`, { headers }));

  const address = urlOf(images?.[0]);
  expect(address.startsWith(`${url}/`)).toBe(true);
  const image = await fetch(address, { headers: { connection: 'close' } });
  expect(image.headers.get('content-type')).toBe('image/png');
  expect((await image.arrayBuffer()).byteLength).toBe(Number(image.headers.get('content-length')));
});

test('a client that sends a too large body can read the 413 response', async ({ served: { url, createModel } }) => {
  const modelId = await createModel();
  const sent = {
    method: 'POST',
    body: new Uint8Array(12_000_000),
    headers: { ...headers, 'content-type': 'application/octet-stream' },
  };

  expect(await errorOf(fetch(`${url}/models/${modelId}/data`, sent))).toMatchObject({ status: 413 });
});

test('a reset destroys the socket without a response', async ({ served: { url, sandbox } }) => {
  sandbox.faults.text = 'reset:listModels:once';
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.on('error', () => undefined);
  socket.write('GET /models HTTP/1.1\r\nhost: sandbox\r\nx-api-key: demo\r\n\r\n');
  await once(socket, 'close');

  expect(received).toBe('');
  expect((await fetch(`${url}/models`, { headers })).status).toBe(200);
});

test('listening on a port in use fails with EADDRINUSE', async ({ served: { url, sandbox } }) => {
  await expect(serveSandbox(sandbox, { host: '127.0.0.1', port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
