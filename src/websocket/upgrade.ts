import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocketServer } from 'ws';
import type { OriginRequest } from '../http/cors.ts';

/** The parts of the gateway that WebSocket handshakes need. */
export interface HandshakeGateway {
  /** True if a page of this origin may open a WebSocket. */
  allowsOrigin(request: OriginRequest): boolean;
  /**
   * Acquires a slot for a socket, delayed by the rate of its address. Returns a function that releases it, or an error.
   */
  admitSocket(address: string, signal: AbortSignal): Promise<(() => void) | GraphQLError>;
}

export interface AcceptOptions {
  gateway: HandshakeGateway;
  server: WebSocketServer;
  addressOf: (handshake: IncomingMessage) => string | undefined;
  isDraining: () => boolean;
}

/**
 * Accepts WebSocket handshakes, or rejects them with a status, a message and, for temporary conditions, `Retry-After`.
 */
export const acceptWith =
  ({ gateway, server, addressOf, isDraining }: AcceptOptions) =>
  async (request: IncomingMessage, socket: Duplex, head: Buffer, path: string | undefined): Promise<void> => {
    const { origin, host } = request.headers;
    if (isDraining()) return sendError(socket, '503 Service Unavailable', 'This gateway is shutting down.', 1);
    if (path === undefined) return sendError(socket, '400 Bad Request', 'Expected a path and a Host of this server.');
    if (path !== '/graphql' && path !== '/graphql/')
      return sendError(socket, '404 Not Found', 'The graph is at /graphql.');
    if (!gateway.allowsOrigin({ origin, host })) {
      return sendError(socket, '403 Forbidden', 'Pages of this origin may not use the gateway.');
    }
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    if (offered && !offered.includes(GRAPHQL_TRANSPORT_WS_PROTOCOL)) {
      const message = `Expected the WebSocket subprotocol ${GRAPHQL_TRANSPORT_WS_PROTOCOL} of the npm package graphql-ws, but the client offers only others. The older subprotocol "graphql-ws" of subscriptions-transport-ws is not supported.`;
      return sendError(socket, '400 Bad Request', message);
    }
    const closed = new AbortController();
    const abort = () => closed.abort();
    socket.once('close', abort);
    const release = await gateway.admitSocket(addressOf(request) ?? '', closed.signal);
    if (release instanceof GraphQLError) return sendAdmissionError(socket, release);
    if (socket.destroyed) return release();
    socket.off('close', abort).once('close', release);
    if (isDraining()) return sendError(socket, '503 Service Unavailable', 'This gateway is shutting down.', 1);
    server.handleUpgrade(request, socket, head, (webSocket) => server.emit('connection', webSocket, request));
  };

function sendAdmissionError(socket: Duplex, { message, extensions: { code, retryAfter } }: GraphQLError): void {
  const status = code === 'RATE_LIMITED' ? '429 Too Many Requests' : '503 Service Unavailable';
  sendError(socket, status, message, Number(retryAfter));
}

/** @param retryAfter Delay before the handshake may be retried, in seconds. */
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
