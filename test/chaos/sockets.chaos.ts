import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { serverOf } from '../support/subscribe.ts';
import { expectProperties, live } from './properties.ts';
import { startSession } from './session.ts';
import { spells } from './steps.ts';

const seed = Number(process.env.CHAOS_SEED ?? 20_260_101);

/** An upstream on a port. What fails there breaks the connection. */
async function listen(upstream: (request: Request) => Promise<Response>) {
  let underWay = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = request;
    const left = new AbortController();
    underWay++;
    response.once('close', () => {
      underWay--;
      left.abort();
    });
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const {
        status,
        headers: said,
        body,
      } = await upstream(
        new Request(`http://sandbox.internal${url}`, {
          method,
          headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
          ...(method !== 'GET' && { body: Buffer.concat(chunks) }),
          signal: left.signal,
        }),
      );
      response.writeHead(status, [...said].filter(([name]) => name !== 'content-length').flat());
      if (body) await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), response);
      else response.end();
    } catch {
      request.socket.destroy();
    }
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, underWay: () => underWay };
}

test('over real sockets every promise holds as well, and no connection is left at work', async () => {
  console.log(`Repeat this with CHAOS_SEED=${seed} npm run test:chaos`);
  const [[session, planned] = [0, []]] = fc.sample(fc.tuple(fc.integer(), spells), { seed, numRuns: 1 });
  const holder: { underWay?: () => number } = {};
  const world = await startSession(session, async (upstream) => {
    const { url, underWay } = await listen(upstream);
    holder.underWay = underWay;
    return async ({ url: asked, method, headers, signal, body }) =>
      fetch(asked.replace('http://sandbox.internal', url), {
        method,
        headers,
        signal,
        redirect: 'manual',
        ...(body && { body: Buffer.from(await new Response(body).arrayBuffer()) }),
      });
  });
  const { url } = await serverOf(world.started);
  const started = { ...world.started, fetch: (path: string, init?: RequestInit) => fetch(url + path, init) };

  await live({ ...world, started }, planned);

  expect(world.answers.length).toBeGreaterThan(20);
  expectProperties(world);
  await until(() => holder.underWay?.() === 0);
}, 120_000);
