import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/clock.ts';
import { serverOf } from '../support/subscribe.ts';
import { expectGuarantees, runPhases } from './properties.ts';
import { startSession } from './session.ts';
import { phases } from './steps.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const seed = Number(process.env.CHAOS_SEED ?? 20_260_101);

/** Serves an upstream on a port. Errors destroy the connection. */
async function listen(upstream: (request: Request) => Promise<Response>) {
  let pending = 0;
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = request;
    const aborted = new AbortController();
    pending++;
    response.once('close', () => {
      pending--;
      aborted.abort();
    });
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const {
        status,
        headers: responseHeaders,
        body,
      } = await upstream(
        new Request(`http://sandbox.internal${url}`, {
          method,
          headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
          ...(method !== 'GET' && { body: Buffer.concat(chunks) }),
          signal: aborted.signal,
        }),
      );
      response.writeHead(status, [...responseHeaders].filter(([name]) => name !== 'content-length').flat());
      if (body) await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), response);
      else response.end();
    } catch {
      request.socket.destroy();
    }
  };
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, pending: () => pending };
}

test('the guarantees of the gateway hold over real sockets, and no upstream request is left pending', async () => {
  console.log(`Repeat this with CHAOS_SEED=${seed} npm run test:chaos`);
  const [[sessionSeed, plan] = [0, []]] = fc.sample(fc.tuple(fc.integer(), phases), { seed, numRuns: 1 });
  const holder: { pending?: () => number } = {};
  const session = await startSession(sessionSeed, async (upstream) => {
    const { url, pending } = await listen(upstream);
    holder.pending = pending;
    return async ({ url: requestUrl, method, headers, signal, body }) =>
      fetch(requestUrl.replace('http://sandbox.internal', url), {
        method,
        headers,
        signal,
        redirect: 'manual',
        ...(body && { body: Buffer.from(await new Response(body).arrayBuffer()) }),
      });
  });
  const { url } = await serverOf(session.started);
  const started = { ...session.started, fetch: (path: string, init?: RequestInit) => fetch(url + path, init) };

  await runPhases({ ...session, started }, plan);

  expect(session.records.length).toBeGreaterThan(20);
  expectGuarantees(session);
  await until(() => {
    // `fetch` closes an aborted request with a stalled response body only when garbage is collected.
    collectGarbage();
    return holder.pending?.() === 0;
  });
}, 120_000);
