import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import type { Logger } from 'pino';
import type { Gateway } from './gateway.ts';
import { createSockets } from './sockets.ts';
import { logRequest } from './telemetry/request-log.ts';

export interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Whether a proxy of ours tells the client's address in `X-Forwarded-For`. */
  trustProxy: boolean;
  log: Logger;
}

/** A gateway that listens on a port. */
export interface Server {
  /** Where it is reached from this machine, without a trailing slash. */
  readonly url: string;
  /** Takes no more requests, ends every stream, and resolves when the answers under way are sent or the time is up. */
  close(): Promise<void>;
}

/** How long answers under way may take after a stop was asked for, in milliseconds. */
const DRAIN = 10_000;

/**
 * Serves a gateway over HTTP and WebSockets.
 *
 * @throws Error when the address cannot be listened on, for example because the port is taken.
 */
export async function serve(gateway: Gateway, { host, port, trustProxy, log }: ListenOptions): Promise<Server> {
  const answer = createServerAdapter((request: Request) => gateway.fetch(request));
  const server = createServer((request, response) => {
    logRequest(log, trustProxy, request, response);
    void answer(request, response);
  });
  const sockets = createSockets(gateway, log);
  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://gateway');
    if (pathname !== '/graphql') return void socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    sockets.server.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.server.emit('connection', webSocket, request);
    });
  });

  server.listen(port, host);
  await once(server, 'listening');

  return {
    url: urlOf(server.address() as AddressInfo),
    async close() {
      const closed = once(server, 'close');
      server.close();
      gateway.dispose();
      await sockets.close();
      server.closeIdleConnections();
      const deadline = AbortSignal.timeout(DRAIN);
      deadline.addEventListener('abort', () => server.closeAllConnections());
      await closed;
    },
  };
}

/** An address to click on: one that means every interface is reached as this machine. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
