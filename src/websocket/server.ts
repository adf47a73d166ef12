import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type OperationResult } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Gateway } from '../gateway.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { createBucket } from '../limits/token-bucket.ts';
import { SharedResult } from '../operations/shared-result.ts';
import { type OnClose, streamOfOne } from '../util/async-iterators.ts';
import type { Sleep } from '../util/timers.ts';
import { closeToRetry, closeWith, TRY_AGAIN_LATER } from './close-reasons.ts';
import { connect } from './connection.ts';
import { keepAlive } from './keep-alive.ts';
import { createOnSubscribe, type Operation } from './on-subscribe.ts';
import { failingStream, isRequestError, RequestError } from './request-errors.ts';
import { createSharedFrames } from './shared-frames.ts';
import { socketWithReasons } from './socket-with-reasons.ts';
import { UnsentBytes, type UnsentLimits } from './unsent-bytes.ts';

/** Close code after which clients reconnect (RFC 6455, 7.4.2; registered as "Service Restart"). */
const SERVICE_RESTART = 1012;

/** Factor by which a message may exceed the limit and reject only its operation. A larger one is not received. */
const MAX_SIZE_FACTOR = 4;

/** Close codes for invalid connection parameters; clients reconnect only after 4403. */
const CLOSE_CODES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: CloseCode.Unauthorized,
  FORBIDDEN: CloseCode.Forbidden,
  BAD_USER_INPUT: CloseCode.BadRequest,
};

/** The graph over WebSockets, in the graphql-transport-ws protocol. */
export interface WebSockets {
  server: WebSocketServer;
  /**
   * Closes every socket with a code after which clients reconnect. Streams are not completed, so that they are resumed.
   */
  close(): Promise<void>;
  /** Terminates the sockets whose clients have not completed the closing handshake. */
  terminate(): void;
}

export interface WebSocketOptions {
  log: Logger;
  /** Address of the client that opened a socket. */
  addressOf: (handshake: IncomingMessage) => string | undefined;
  /** Maximum number of open subscriptions per socket. */
  streamsPerSocket: number;
  /** Maximum size of a message, in bytes. */
  messageBytes: number;
  /** Maximum messages per second from one socket. */
  messagesPerSecond: number;
  /** Maximum bytes that clients may leave unread. */
  unsent: UnsentLimits;
  pause: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

export function createWebSockets(gateway: Gateway, options: WebSocketOptions): WebSockets {
  const { log, addressOf, streamsPerSocket, messageBytes, messagesPerSecond, pause, monotonicNow } = options;
  const maxBytes = MAX_SIZE_FACTOR * messageBytes;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxBytes,
    WebSocket: socketWithReasons(maxBytes),
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const sharedFrames = createSharedFrames();
  const unsent = new UnsentBytes({ limits: options.unsent, sockets: server.clients, log });
  const acknowledged = new WeakSet<WebSocket>();

  const onSubscribe = createOnSubscribe(gateway, { log, streamsPerSocket, addressOf });

  /**
   * Converts what an operation throws into a result, because an exception would close the socket, which others share.
   */
  async function run(start: () => OperationResult): Promise<Awaited<OperationResult>> {
    try {
      return await start();
    } catch (error) {
      return { errors: [gateway.maskError(error)] };
    }
  }

  /** @throws RequestError when nothing was executed. */
  async function execute(args: Operation, onAbort: OnClose): Promise<ExecutionResult> {
    const contextValue = { ...(args.contextValue as object), onAbort };
    const result = await run(() => args.execute({ ...args, contextValue }));
    if (isRequestError(result)) throw new RequestError(result.errors);
    return result as ExecutionResult;
  }

  /** Closes a socket when its credentials expire, with a code after which clients reconnect. */
  async function closeAt(at: number, socket: WebSocket, signal: AbortSignal): Promise<void> {
    try {
      await gateway.waitUntil(at, signal);
      socket.close(CloseCode.Forbidden, 'The JWT or watch token has expired.');
    } catch {
      // The socket was closed before.
    }
  }

  const protocol = makeServer<Record<string, unknown>, Extra>({
    // graphql-ws cannot cancel a promise, but closes a stream when the client completes the operation or disconnects.
    execute: (args) => streamOfOne((onAbort) => execute(args as Operation, onAbort)),
    subscribe: (args) => run(() => (args as Operation).subscribe(args)),
    // The upstream checks a key on first use. Credentials that are invalid without that are rejected at once.
    onConnect: async ({ connectionParams, extra: { socket, request } }) => {
      try {
        const params = connectionParams && { connectionParams };
        const { close, expiresAt } = await gateway.openSocket({ ...params, extra: { socket, request } });
        // The socket may have closed meanwhile, after which it emits no `close` event.
        if (socket.readyState === socket.CLOSED) {
          close();
          return false;
        }
        const closed = new AbortController();
        socket.once('close', () => {
          closed.abort();
          close();
        });
        if (expiresAt !== undefined) void closeAt(expiresAt, socket, closed.signal);
        acknowledged.add(socket);
        return true;
      } catch (error) {
        const { message, extensions } = gateway.maskError(error);
        closeWith(socket, CLOSE_CODES[String(extensions.code)] ?? TRY_AGAIN_LATER, message);
        return false;
      }
    },
    onSubscribe: async (socket, id, payload) => {
      try {
        return await onSubscribe(socket, id, payload);
      } catch (error) {
        return [gateway.maskError(error)];
      }
    },
    onOperation({ extra }, _id, _payload, args, result) {
      if (!isRequestError(result)) return undefined;
      const [error] = result.errors;
      // Clients do not retry a subscription after an `error` message, but resubscribe after this close code.
      if (error && isRateError(error) && isSubscription(args)) closeToRetry(extra.socket, error.message);
      return failingStream(result);
    },
    onError: (_socket, _id, _payload, [error]) =>
      error?.originalError instanceof RequestError
        ? error.originalError.errors.map((each) => each.toJSON())
        : undefined,
    onNext: ({ extra }, _id, _payload, _args, result) =>
      result instanceof SharedResult ? sharedFrames.placeholder(extra.socket, result) : undefined,
  });

  server.on('connection', (socket, request) => {
    sharedFrames.attach(socket);
    const rate = createBucket({ perSecond: messagesPerSecond, countsRefused: true, monotonicNow });
    const isAcknowledged = () => acknowledged.has(socket);
    const { maskError } = gateway;
    const connection = connect(socket, { rate, unsent, messageBytes, isAcknowledged, maskError, log });
    const closed = protocol.opened(connection, { socket, request });
    socket.once('close', (code, reason) => closed(code, String(reason)).catch(maskError));
    void keepAlive(socket, pause);
  });

  return {
    server,
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
    async close() {
      for (const socket of server.clients) {
        socket.close(SERVICE_RESTART, 'The server is restarting.');
        // A paused socket must be read to receive the client's close frame.
        socket.resume();
      }
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** True for an error of a rate limit, which passes with time, unlike a limit of open operations. */
const isRateError = ({ extensions }: GraphQLError): boolean =>
  (extensions.http as { status?: number } | undefined)?.status === 429;

const isSubscription = ({ document, operationName }: ExecutionArgs): boolean => {
  const operation = selectOperation(document, operationName);
  return !(operation instanceof GraphQLError) && operation.operation === OperationTypeNode.SUBSCRIPTION;
};
