import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { WorldParts } from './environment.ts';

/** The upstream over HTTP. The first part of each path is the number of the gateway that sends the request. */
export interface UpstreamServer {
  urlOf(epoch: number): string;
  close(): Promise<void>;
}

export async function serveUpstream({ respond, onError }: Omit<WorldParts, 'scenario'>): Promise<UpstreamServer> {
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const stop = new AbortController();
    response.once('close', () => stop.abort());
    const [, epoch = '', path = ''] = /^\/(\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const reply = await respond({
      epoch: Number(epoch),
      method: request.method ?? 'GET',
      path,
      apiKey: String(request.headers['x-api-key']),
      body: await text(request),
      signal: stop.signal,
    });
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify(reply.body));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      // A request that was aborted, or a connection that the scenario breaks.
      if (error.name !== 'AbortError' && !response.destroyed && !('code' in error)) onError(String(error.stack));
      response.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (epoch) => `http://127.0.0.1:${port}/${epoch}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
