import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TransportContext } from '../auth/caller.ts';
import type { Gateway } from '../gateway.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { createBucket } from '../limits/token-bucket.ts';
import type { OperationRequest } from '../operations/operation-request.ts';
import { SharedResult } from '../operations/shared-result.ts';
import type { Sleep } from '../util/timers.ts';
import { closeToRetry, closeWith, TRY_AGAIN_LATER } from './close-reasons.ts';
import { connect } from './connection.ts';
import { keepAlive } from './keep-alive.ts';
import { createOnSubscribe, type Operation } from './on-subscribe.ts';
import { failingStream, isRequestError, RequestError } from './request-errors.ts';
import { createSharedFrames } from './shared-frames.ts';
import { type OnAbort, SingleResult } from './single-result.ts';
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

  const { operations } = gateway.webSocket;
  const onSubscribe = createOnSubscribe(gateway.webSocket.steps, { log, streamsPerSocket, addressOf });

  /** @throws RequestError when nothing was executed. */
  async function execute(args: Operation, onAbort: OnAbort): Promise<ExecutionResult> {
    const result = await operations.execute(toRequest(args, { ...args.contextValue, onAbort }));
    if (isRequestError(result)) throw new RequestError(result.errors);
    return result;
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
    execute: (args) => new SingleResult((onAbort) => execute(args as Operation, onAbort)),
    subscribe: (args) => operations.subscribe(toRequest(args as Operation)),
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
        return (await onSubscribe(socket, id, payload)) as ExecutionArgs | readonly GraphQLError[];
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

const toRequest = (
  { document, operationName, variableValues, contextValue }: Operation,
  transport: TransportContext = contextValue,
): OperationRequest => ({ document, operationName, variableValues, transport });

/** True for an error of a rate limit, which passes with time, unlike a limit of open operations. */
const isRateError = ({ extensions }: GraphQLError): boolean =>
  (extensions.http as { status?: number } | undefined)?.status === 429;

const isSubscription = ({ document, operationName }: ExecutionArgs): boolean => {
  const operation = selectOperation(document, operationName);
  return !(operation instanceof GraphQLError) && operation.operation === OperationTypeNode.SUBSCRIPTION;
};
