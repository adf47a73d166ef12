import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocketServer } from 'ws';
import type { OriginRequest } from '../http/cors.ts';

export interface AcceptOptions {
  gateway: {
    /** Whether a page of this origin may open a WebSocket. */
    welcomes: (visit: OriginRequest) => boolean;
    /** Takes a place for a socket, as soon as its address may have one; returns what gives it back, or why there is none. */
    admitSocket: (address: string, signal: AbortSignal) => Promise<(() => void) | GraphQLError>;
  };
  server: WebSocketServer;
  addressOf: (handshake: IncomingMessage) => string | undefined;
  isDraining: () => boolean;
}

/** Accepts the handshakes of WebSockets, or refuses them with a status, a reason and, where waiting helps, `Retry-After`. */
export const acceptWith =
  ({ gateway, server, addressOf, isDraining }: AcceptOptions) =>
  async (request: IncomingMessage, socket: Duplex, head: Buffer, path: string | undefined): Promise<void> => {
    const { origin, host } = request.headers;
    if (isDraining()) return sendError(socket, '503 Service Unavailable', 'This gateway is stopping.', 1);
    if (path === undefined) return sendError(socket, '400 Bad Request', 'Expected a path and a Host of this server.');
    if (path !== '/graphql' && path !== '/graphql/')
      return sendError(socket, '404 Not Found', 'The graph is at /graphql.');
    if (!gateway.welcomes({ origin, host })) {
      return sendError(socket, '403 Forbidden', 'Pages of this origin may not use the gateway.');
    }
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    if (offered && !offered.includes(GRAPHQL_TRANSPORT_WS_PROTOCOL)) {
      const message = `Expected the WebSocket subprotocol ${GRAPHQL_TRANSPORT_WS_PROTOCOL}, which the npm package graphql-ws speaks, but the client offers only others. The older subprotocol "graphql-ws" of subscriptions-transport-ws is not supported.`;
      return sendError(socket, '400 Bad Request', message);
    }
    const closed = new AbortController();
    const abort = () => closed.abort();
    socket.once('close', abort);
    const admitted = await gateway.admitSocket(addressOf(request) ?? '', closed.signal);
    if (admitted instanceof GraphQLError) return sendAdmissionError(socket, admitted);
    if (socket.destroyed) return admitted();
    socket.off('close', abort).once('close', admitted);
    if (isDraining()) return sendError(socket, '503 Service Unavailable', 'This gateway is stopping.', 1);
    server.handleUpgrade(request, socket, head, (webSocket) => server.emit('connection', webSocket, request));
  };

function sendAdmissionError(socket: Duplex, { message, extensions: { code, retryAfter } }: GraphQLError): void {
  const status = code === 'RATE_LIMITED' ? '429 Too Many Requests' : '503 Service Unavailable';
  sendError(socket, status, message, Number(retryAfter));
}

/** @param retryAfter When the handshake may be repeated, in seconds. */
function sendError(socket: Duplex, status: string, message: string, retryAfter?: number): void {
  const body = `${message}\n`;
  const headers = [
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
  ];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}
