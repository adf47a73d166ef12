import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { noise } from '../support/images.ts';
import { startProgram } from '../support/program.ts';
import { execute } from './client.ts';

const image = await noise(900, 900).png().toBuffer();

/** An upstream whose image bodies are complete, or end in the middle, depending on their ids. */
async function startUpstream(): Promise<string> {
  const server = createServer((request, response) => {
    const id = request.url?.split('/').at(-1) ?? '';
    if (request.url?.startsWith('/predictions/')) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: 'completed', images: [`${urlOf(server)}/images/${id}`] }));
      return;
    }
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': image.byteLength });
    if (id === 'half') response.write(image.subarray(0, image.byteLength / 2), () => response.destroy());
    else response.end(image);
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return urlOf(server);
}

const urlOf = (server: ReturnType<typeof createServer>) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

test.each([
  ['complete', 'whole'],
  ['incomplete', 'half'],
])('clients that disconnect while a %s image is sent do not stop the program', async (_, id) => {
  const { url, output, stop } = await startProgram({
    env: { FLAIR_API_URL: await startUpstream(), FLAIR_API_KEY: 'any' },
  });
  const { data } = await execute<{ prediction: { images: { url: string }[] } }>(
    url,
    `{ prediction(id: "${Buffer.from(`Prediction:${id}`).toString('base64url')}") { images { url } } }`,
  );
  const { pathname, port, hostname } = new URL(data?.prediction.images[0]?.url ?? expect.fail(output.stdout));

  for (let client = 0; client < 5; client++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(socket, 'data');
    socket.pause();
    socket.destroy();
  }
  await until(() => output.stdout.split('"/images/…"').length > 5);

  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(output.stdout).not.toContain('the process exits');
  expect(await stop()).toEqual({ code: 0, signal: null });
});
