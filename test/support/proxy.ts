import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ProxyOptions {
  /** Status of responses to CONNECT; `close` closes the connection instead. @default 200 */
  response?: number | 'close';
  /** Destination of all tunnels. @default the requested one */
  destination?: { host: string; port: number };
}

/** Starts an HTTP proxy that opens tunnels and records the requests for them. It stops at the end of the test. */
export async function startProxy({ response: answer = 200, destination }: ProxyOptions = {}) {
  const tunnels: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connection', (socket) => sockets.add(socket));
  server.on('connect', ({ url = '', headers }, client: Socket, head) => {
    tunnels.push(url);
    authorizations.push(headers['proxy-authorization']);
    client.on('error', () => {});
    if (answer === 'close') client.destroy();
    else if (answer !== 200) client.end(`HTTP/1.1 ${answer} No\r\ncontent-length: 0\r\n\r\n`);
    else {
      const { hostname, port } = new URL(`http://${url}`);
      const upstream = connect(destination ?? { host: hostname, port: Number(port || '80') });
      sockets.add(upstream);
      upstream.on('error', () => client.destroy());
      upstream.on('connect', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), port, tunnels, authorizations };
}
