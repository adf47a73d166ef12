import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ConnectionReset } from './faults.ts';
import type { Sandbox } from './sandbox.ts';

/** A listening sandbox server. */
export interface SandboxServer {
  /** URL without a trailing slash; the path of its socket, if it listens on one. */
  url: string;
  /** Stops accepting requests, and resolves when pending ones are finished. */
  close(): Promise<void>;
}

/**
 * Serves a sandbox over HTTP. A fault that resets a connection destroys its socket.
 *
 * @throws Error if the server cannot listen, for example because the port is in use.
 */
export async function serveSandbox(
  sandbox: Sandbox,
  place: { host: string /** 0 selects a free port. */; port: number } | { path: string },
): Promise<SandboxServer> {
  const listener = getRequestListener(
    async (request, { incoming }) => {
      try {
        return await sandbox.fetch(request);
      } catch (error) {
        if (!(error instanceof ConnectionReset)) throw error;
        incoming.socket?.destroy();
        return RESPONSE_ALREADY_SENT;
      }
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer(listener);
  server.listen(place);
  await once(server, 'listening');

  return {
    url: urlOf(server.address()),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null) throw new Error('The sandbox listens on no port.');
  if (typeof address === 'string') return address;
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}
