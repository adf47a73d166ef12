import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ConnectionReset } from './faults.ts';
import type { Sandbox } from './sandbox.ts';

/** A listening sandbox server. */
export interface SandboxServer {
  /** URL without a trailing slash. */
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
  { host, port }: { host: string /** 0 selects a free port. */; port: number },
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
  server.listen(port, host);
  await once(server, 'listening');

  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The sandbox listens on no port.');
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
