import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocketServer } from 'ws';
import type { OriginRequest } from '../http/cors.ts';

/** The parts of the gateway that WebSocket handshakes need. */
export interface HandshakeGateway {
  /** Path below which everything is served, without a trailing slash; '' for the root. */
  readonly basePath: string;
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
  /** Records a rejected handshake. @returns The id of the request. */
  onReject: (request: IncomingMessage, status: number, error?: GraphQLError) => string;
}

/**
 * Accepts WebSocket handshakes, or rejects them with a status, a message and, for temporary conditions, `Retry-After`.
 */
export const acceptWith =
  ({ gateway, server, addressOf, isDraining, onReject }: AcceptOptions) =>
  async (request: IncomingMessage, socket: Duplex, head: Buffer, path: string | undefined): Promise<void> => {
    const { origin, host } = request.headers;
    const reject = (status: string, message: string, error?: GraphQLError) => {
      const requestId = onReject(request, Number.parseInt(status, 10), error);
      const retryAfter = status.startsWith('503') ? 1 : undefined;
      sendError(socket, {
        status,
        message,
        requestId,
        retryAfter: error ? Number(error.extensions.retryAfter) : retryAfter,
      });
    };
    if (isDraining()) return reject('503 Service Unavailable', SHUTTING_DOWN);
    if (path === undefined) return reject('400 Bad Request', 'Expected a path and a Host of this server.');
    const endpoint = `${gateway.basePath}/graphql`;
    if (path !== endpoint && path !== `${endpoint}/`) return reject('404 Not Found', `The graph is at ${endpoint}.`);
    if (!gateway.allowsOrigin({ origin, host })) {
      return reject('403 Forbidden', 'Pages of this origin may not use the gateway.');
    }
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim());
    if (offered && !offered.includes(GRAPHQL_TRANSPORT_WS_PROTOCOL)) {
      const message = `Expected the WebSocket subprotocol ${GRAPHQL_TRANSPORT_WS_PROTOCOL} of the npm package graphql-ws, but the client offers only others. The older subprotocol "graphql-ws" of subscriptions-transport-ws is not supported.`;
      return reject('400 Bad Request', message);
    }
    const closed = new AbortController();
    const abort = () => closed.abort();
    socket.once('close', abort);
    const release = await gateway.admitSocket(addressOf(request) ?? '', closed.signal);
    if (release instanceof GraphQLError) {
      const isLimited = release.extensions.code === 'RATE_LIMITED';
      return reject(isLimited ? '429 Too Many Requests' : '503 Service Unavailable', release.message, release);
    }
    if (socket.destroyed) return release();
    socket.off('close', abort).once('close', release);
    if (isDraining()) return reject('503 Service Unavailable', SHUTTING_DOWN);
    server.handleUpgrade(request, socket, head, (webSocket) => server.emit('connection', webSocket, request));
  };

const SHUTTING_DOWN = 'This gateway is shutting down.';

interface Rejection {
  /** Status and reason phrase. */
  readonly status: string;
  readonly message: string;
  readonly requestId: string;
  /** Delay before the handshake may be retried, in seconds. */
  readonly retryAfter: number | undefined;
}

function sendError(socket: Duplex, { status, message, requestId, retryAfter }: Rejection): void {
  const body = `${message}\n`;
  const headers = [
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
  ];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}
