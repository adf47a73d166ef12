import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import type { Transport } from '../../src/upstream/client.ts';
import { ConnectionPool } from '../../src/upstream/transport/connection-pool.ts';
import { createUpstreams, type UpstreamOptions } from '../../src/upstream/upstream.ts';
import { sleep, startTimer } from '../../src/util/timers.ts';

/** A scripted result of the upstream: a response, or an Error that breaks the connection. */
export type ScriptedResponse = Response | Error | ((request: Request) => Promise<Response>);

/** Transports of a test upstream: calls of `transport`, or reads over sockets with a connection pool. */
export const TRANSPORTS = ['fetch', 'pool'] as const;
export type TransportName = (typeof TRANSPORTS)[number];

const HOST = 'https://api.example';

/** Starts an upstream that returns these responses one after the other, the last one repeatedly. */
export async function startUpstream(
  transportName: TransportName,
  responses: readonly ScriptedResponse[],
  options: Partial<UpstreamOptions> = {},
) {
  const requests: Request[] = [];
  const handle = async (request: Request): Promise<Response> => {
    const next = responses[Math.min(requests.length, responses.length - 1)];
    requests.push(request);
    if (next instanceof Error) throw next;
    return typeof next === 'function' ? next(request) : (next?.clone() ?? Response.error());
  };
  const transport: Transport = (input, init) => handle(new Request(input, init));
  const { baseUrl, pool } = transportName === 'pool' ? await listen(handle) : { baseUrl: HOST, pool: undefined };
  const upstreamOf = createUpstreams({
    sleep,
    startTimer,
    baseUrl: `${baseUrl}/v1`,
    apiKeyHeader: 'x-api-key',
    transport,
    ...(pool && { pool }),
    contract,
    retry: { limit: 2, delay: () => 0, maxRetryAfter: 0 },
    ...options,
  });
  return { upstream: upstreamOf('secret'), upstreamOf, requests, baseUrl: `${baseUrl}/v1` };
}

/** Starts a server, and creates a connection pool to it. If the handler rejects, the server breaks the connection. */
async function listen(handle: (request: Request) => Promise<Response>) {
  const server = createServer((message, response) => {
    reply(message, response, handle).catch(() => message.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const pool = new ConnectionPool(baseUrl);
  onTestFinished(async () => {
    await pool.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { baseUrl, pool };
}

async function reply(
  { url, method = 'GET', headers }: IncomingMessage,
  response: ServerResponse,
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const disconnected = new AbortController();
  response.on('close', () => disconnected.abort(new Error('the connection was closed')));
  const headerEntries = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const result = await handle(
    new Request(`${HOST}${url}`, { method, headers: headerEntries, signal: disconnected.signal }),
  );
  response.writeHead(result.status, [...result.headers].flat());
  response.flushHeaders();
  if (!result.body) response.end();
  else await pipeline(Readable.fromWeb(result.body as Parameters<typeof Readable.fromWeb>[0]), response);
}
