import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import type { Job } from '../../src/client/index.ts';
import { until } from '../support/clock.ts';
import { openLink } from '../support/link.ts';
import { startProgram } from '../support/program.ts';
import { recordStates, retryUntil, startClient, transports } from './support.ts';

const id = globalId({ kind: 'Prediction', id: 'a' });

/** Starts an upstream with one prediction. */
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

describe.each(transports)('over %s', (_, options) => {
  test.each([
    ['stopped', 'stop'],
    ['killed', 'kill'],
  ] as const)('a watch survives a gateway that is %s, and ends with the job', async (_, end) => {
    const upstream = await startUpstream();
    const env = { FLAIR_API_URL: upstream.url, FLAIR_API_KEY: 'any' };
    const first = await startProgram({ env });
    const started = { ...startClient({ url: `${first.url}/graphql`, ...options }), ...recordStates() };
    const seen: Job[] = [];
    const loop = (async () => {
      for await (const job of started.client.watchJob(id, started)) seen.push(job);
    })();
    await until(() => seen.length > 0);

    await first[end]();
    await until(() => started.states.at(-1)?.status === 'waiting');
    const before = seen.length;
    await startProgram({ env: { ...env, PORT: new URL(first.url).port } });
    await retryUntil(started, () => seen.length > before);
    Object.assign(upstream.prediction, { status: 'completed', images: [`${upstream.url}/image`] });
    await loop;

    expect(seen.at(-1)).toMatchObject({ id, status: 'COMPLETED' });
    expect(started.states.find(({ status }) => status === 'waiting')).toMatchObject({ error: { retryable: true } });
  });

  test('a connection that transfers nothing any more is replaced', async () => {
    const upstream = await startUpstream();
    const { url } = await startProgram({ env: { FLAIR_API_URL: upstream.url, FLAIR_API_KEY: 'any' } });
    const link = await openLink(Number(new URL(url).port));
    onTestFinished(() => link.close());
    const started = { ...startClient({ url: `http://127.0.0.1:${link.port}/graphql`, ...options }), ...recordStates() };
    const watch = Promise.resolve(started.client.watchJob(id, started));
    await until(() => started.states.at(-1)?.status === 'open');

    link.cut();
    await started.clientClock.advance(36_000);
    expect(started.states.find(({ status }) => status === 'waiting')).toMatchObject({
      error: { code: 'NETWORK_ERROR', message: expect.stringContaining('silent') },
    });
    link.restore();
    await retryUntil(started, () => started.states.at(-1)?.status === 'open');
    Object.assign(upstream.prediction, { status: 'completed', images: [`${upstream.url}/image`] });

    expect(await watch).toMatchObject({ status: 'COMPLETED' });
  });
});
