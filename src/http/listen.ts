import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as NodeServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { OpenConnections } from './open-connections.ts';
import { readTarget } from './request-target.ts';

export interface ListenerOptions {
  host: string;
  /** 0 selects a free port. */
  port: number;
  /** Path of a Unix socket, on which it listens instead. */
  listenSocket?: string | undefined;
  /** Time for which an idle connection is kept open, in milliseconds. @default 75_000 */
  keepAliveMilliseconds?: number;
}

/** An HTTP server that listens before there is a gateway. */
export interface Listener {
  readonly server: NodeServer;
  /** All connections since it listens. */
  readonly connections: OpenConnections;
  /** URL on this machine, without a trailing slash. */
  readonly url: string;
  /** Leaves all requests to the present listeners of the server, also those that have been held until now. */
  release(): void;
}

/**
 * Timeouts for the headers of a request, and for the whole request if its body has no other timeout, and the interval
 * at which they are checked, in milliseconds. Node.js then responds with 408 and closes the connection.
 */
const TIMEOUTS = { headers: 10_000, request: 300_000, checkInterval: 1_000 };

/**
 * Longer than the idle time of most proxies (60 s), in milliseconds. Otherwise the gateway would close connections that a
 * proxy is about to reuse, and the request would be lost.
 */
const KEEP_ALIVE = 75_000;

/**
 * Listens before the gateway exists. Health checks are answered, and other requests held, because a proxy that checks no health
 * would pass an error on to its client.
 *
 * @throws Error when it cannot listen on the address, for example because the port is in use.
 */
export async function listen({ host, port, listenSocket, keepAliveMilliseconds }: ListenerOptions): Promise<Listener> {
  const server = createServer({
    headersTimeout: TIMEOUTS.headers,
    requestTimeout: TIMEOUTS.request,
    connectionsCheckingInterval: TIMEOUTS.checkInterval,
    keepAliveTimeout: keepAliveMilliseconds ?? KEEP_ALIVE,
  });
  const connections = new OpenConnections();
  server.on('connection', (socket) => connections.add(socket));
  const held: (() => void)[] = [];
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const body = healthOf(request);
    if (body) sendHealth(request, response, body);
    else held.push(() => void (response.destroyed || server.emit('request', request, response)));
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    held.push(() => void (socket.destroyed || server.emit('upgrade', request, socket, head)));
  };
  server.on('request', onRequest).on('upgrade', onUpgrade);
  if (listenSocket === undefined) server.listen(port, host);
  else server.listen(listenSocket);
  await once(server, 'listening');
  return {
    server,
    connections,
    url: urlOf(server.address()),
    release() {
      server.off('request', onRequest).off('upgrade', onUpgrade);
      for (const emit of held.splice(0)) emit();
    },
  };
}

/** The body of a health check during startup; undefined for other requests. */
function healthOf(request: IncomingMessage): object | undefined {
  const path = readTarget(request)?.split('?', 1)[0];
  // The end of the path only, because the gateway may be mounted under another one.
  if (path?.endsWith('/health')) return { status: 'ok' };
  return path?.endsWith('/ready') ? { status: 'starting', checks: { configuration: { status: 'ok' } } } : undefined;
}

function sendHealth(request: IncomingMessage, response: ServerResponse, body: object): void {
  response.writeHead('checks' in body ? 503 : 200, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
}

/** A URL to open in a browser: an address for all interfaces is written as localhost. For a Unix socket, its path. */
function urlOf(at: AddressInfo | string | null): string {
  if (at === null || typeof at === 'string') return `unix:${at}`;
  const { address, family, port } = at;
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
