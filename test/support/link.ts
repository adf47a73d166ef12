import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between clients and a server. */
export interface Link {
  readonly port: number;
  /** Transfers nothing any more, on existing and on new connections, without closing them. */
  cut(): void;
  /** Transfers again, also what was sent meanwhile, once each cut was restored. */
  restore(): void;
  /** Leads new connections to another port. Existing ones continue. */
  lead(port: number): void;
  close(): void;
}

/** Opens a link to a port of this machine. */
export async function openLink(target: number): Promise<Link> {
  let port = target;
  /** Number of cuts that were not restored. */
  let cuts = 0;
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  const transfer = (from: Socket, to: Socket) => {
    from.unpipe();
    if (cuts > 0) from.pause();
    else from.pipe(to);
  };
  const updateAll = () => {
    for (const { client, server } of pairs) {
      transfer(client, server);
      transfer(server, client);
    }
  };
  const listener = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    const pair = { client, server };
    pairs.add(pair);
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        server.destroy();
      });
    }
    transfer(client, server);
    transfer(server, client);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    port: (listener.address() as AddressInfo).port,
    cut() {
      cuts++;
      updateAll();
    },
    restore() {
      cuts = Math.max(0, cuts - 1);
      updateAll();
    },
    lead(to) {
      port = to;
    },
    close() {
      listener.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
    },
  };
}
