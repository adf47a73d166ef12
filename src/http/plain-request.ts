import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** True for a WebSocket handshake (RFC 6455, 4.1). A server may ignore every other `Upgrade` (RFC 9110, 7.8). */
export const wantsWebSocket = ({ headers: { upgrade } }: IncomingMessage): boolean =>
  upgrade?.trim().toLowerCase() === 'websocket';

/**
 * Returns a request whose `Upgrade` is ignored to the server, without that header, because Node.js has stopped parsing
 * HTTP on its connection.
 *
 * @param head Bytes received after the headers.
 */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    const lowered = name.toLowerCase();
    if (lowered === 'connection') lines.push(`${name}: ${withoutUpgrade(value)}`);
    else if (lowered !== 'upgrade' && lowered !== 'http2-settings') lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

const withoutUpgrade = (connection: string): string =>
  connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => !/^(upgrade|http2-settings)$/i.test(option))
    .join(', ');
