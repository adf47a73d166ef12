import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { toListenError } from '../util/environment.ts';

/**
 * Checks that a process can listen on an address, before several do.
 *
 * @param address Port 0 selects a free one.
 * @returns The port.
 * @throws ConfigError if the port is in use, for example.
 */
export async function findPort(address: { readonly host: string; readonly port: number }): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(address.port, address.host);
    await once(server, 'listening');
  } catch (error) {
    throw toListenError(error, 'PORT', address) ?? error;
  }
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}
