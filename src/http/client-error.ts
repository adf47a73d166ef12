import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Requests } from '../telemetry/requests.ts';

/** Statuses of requests that Node.js cannot read, by the codes of its errors. All others are malformed. */
const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** Responds to a request that Node.js cannot read, as Node.js does itself, and records it. */
export function respondToClientError(error: NodeJS.ErrnoException, socket: Duplex, requests: Requests): void {
  // The pending response on this connection, a member that Node.js itself checks.
  const { _httpMessage: response } = socket as Duplex & { _httpMessage?: ServerResponse | null };
  // A client that has disconnected, or whose earlier request is being answered, receives nothing.
  if (!socket.writable || response?.headersSent || error.code === 'ECONNRESET') {
    socket.destroy(error);
    return;
  }
  const status = STATUSES[error.code ?? ''] ?? 400;
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'Connection: close'];
  // A client that disconnects within a request is not malformed. A pending response has its own record.
  if (!response && error.code !== 'HPE_INVALID_EOF_STATE') {
    const record = requests.start({ headers: {}, client: (socket as Socket).remoteAddress, transport: 'http' });
    record.failure = error.code;
    lines.push(`X-Request-Id: ${record.id}`);
    requests.end(record, { status });
  }
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  socket.destroy(error);
}
