import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { toListenError } from '../util/environment.ts';

export interface MetricsServerOptions {
  readonly host: string;
  /** 0 selects a free one. */
  readonly port: number;
  /** The metrics in the Prometheus text format. */
  readonly text: () => Promise<string>;
  readonly log: Logger;
}

const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Serves `/metrics` on a port of its own, which only the monitoring should reach.
 *
 * @returns A function that closes the server.
 * @throws ConfigError if the port is in use, for example.
 */
export async function serveMetrics({ host, port, text, log }: MetricsServerOptions): Promise<() => Promise<void>> {
  const respond: RequestListener = async (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('The metrics are at /metrics.\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response
        .writeHead(405, { 'content-type': 'text/plain', allow: 'GET, HEAD' })
        .end('Only GET and HEAD work here.\n');
    } else {
      try {
        const body = await text();
        response.writeHead(200, { 'content-type': TYPE }).end(request.method === 'HEAD' ? undefined : body);
      } catch (error) {
        log.error({ err: error }, 'the metrics could not be collected');
        response.writeHead(500).end();
      }
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw toListenError(error, 'METRICS_PORT', { host, port }) ?? error;
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  log.info({ url: `http://${name}:${address.port}/metrics` }, 'serving metrics');
  return async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
}
