import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports below those that the system assigns by itself, from 32,768 on Linux (`ip_local_port_range`) and 49,152 elsewhere. A
 * connection of another test, or a server with port 0, could take one of those before the program that it is meant for. The same
 * holds 10,000 higher, where the nodes of a Redis Cluster talk to each other.
 */
const PORTS = { from: 10_000, to: 22_000 };

/** A free port of this machine. Drawn at random, so that two tests do not choose the same one. */
export async function freePort(): Promise<number> {
  const port = randomInt(PORTS.from, PORTS.to);
  return (await isFree(port)) ? port : await freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!(await listening)) return false;
  server.close();
  await once(server, 'close');
  return true;
}
