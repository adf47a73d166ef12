import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TransportContext } from '../auth/caller.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { createBucket } from '../limits/token-bucket.ts';
import type { OperationRequest } from '../operations/operation-request.ts';
import type { Operations } from '../operations/operations.ts';
import { type OnClose, streamOfOne } from '../util/async-iterators.ts';
import type { Sleep } from '../util/timers.ts';
import { closeToRetry, closeWith, TRY_AGAIN_LATER } from './close-reasons.ts';
import { type Connection, connect } from './connection.ts';
import { keepAlive } from './keep-alive.ts';
import { createOnSubscribe, type Operation, type SubscribeSteps } from './on-subscribe.ts';
import { failingStream, isRequestError, RequestError } from './request-errors.ts';
import { sendResults } from './send-results.ts';
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

/** The steps of an operation that are special over WebSockets. */
export interface WebSocketSteps extends SubscribeSteps {
  /** Returns an error for a message that is too large. */
  body: (message: Uint8Array) => GraphQLError | undefined;
  /** Returns a result as JSON. */
  serialization: (result: ExecutionResult) => string;
}

/** The parts of the gateway that WebSockets need. */
export interface SocketGateway {
  webSocket: {
    steps: WebSocketSteps;
    operations: Operations;
    /** Maximum size of a message, in bytes. */
    messageBytes: number;
  };
  /**
   * Counts a socket against the quota of its key, once its credentials have arrived.
   *
   * @returns A function that releases its part of the quota, and the expiry of its credentials, in milliseconds since
   * the epoch.
   * @throws GraphQLError for invalid credentials, or when the quota is exhausted.
   */
  openSocket(transport: TransportContext): Promise<{ close: () => void; expiresAt: number | undefined }>;
  /** Waits until a time of the wall clock, in milliseconds since the epoch. */
  waitUntil(at: number, signal: AbortSignal): Promise<void>;
  /** Converts any error into a public one, and logs it if it is unexpected. */
  maskError(error: unknown): GraphQLError;
}

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

/** Data of a socket, for the hooks of graphql-ws. */
interface SocketExtra extends Extra {
  connection: Connection;
}

export interface WebSocketOptions {
  log: Logger;
  /** Address of the client that opened a socket. */
  addressOf: (handshake: IncomingMessage) => string | undefined;
  /** Maximum number of open subscriptions per socket. */
  streamsPerSocket: number;
  /** Maximum messages per second from one socket. */
  messagesPerSecond: number;
  /** Maximum bytes that clients may leave unread. */
  unsent: UnsentLimits;
  sleep: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

export function createWebSockets(gateway: SocketGateway, options: WebSocketOptions): WebSockets {
  const { log, addressOf, streamsPerSocket, messagesPerSecond, sleep, monotonicNow } = options;
  const { steps, operations, messageBytes } = gateway.webSocket;
  const maxBytes = MAX_SIZE_FACTOR * messageBytes;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxBytes,
    WebSocket: socketWithReasons(maxBytes),
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const unsent = new UnsentBytes({ limits: options.unsent, sockets: server.clients, log });
  const acknowledged = new WeakSet<WebSocket>();

  const onSubscribe = createOnSubscribe(steps, { log, streamsPerSocket, addressOf });

  /** @throws RequestError when nothing was executed. */
  async function execute(args: Operation, onAbort: OnClose): Promise<ExecutionResult> {
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

  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    // graphql-ws cannot cancel a promise, but closes a stream when the client completes the operation or disconnects.
    execute: (args) => streamOfOne((onAbort) => execute(args as Operation, onAbort)),
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
    onOperation({ extra }, id, _payload, args, result) {
      if (Symbol.asyncIterator in result)
        return sendResults(result, (each) => extra.connection.sendResult(id, each as ExecutionResult));
      if (!isRequestError(result)) return undefined;
      const [error] = result.errors;
      // Clients do not retry a subscription after an `error` message, but resubscribe after this close code.
      if (error && isRateError(error) && isSubscription(args)) closeToRetry(extra.socket, error.message);
      return failingStream(result);
    },
    onError: (_socket, _id, _payload, errors) => {
      const [error] = errors;
      const original = error?.originalError instanceof RequestError ? error.originalError.errors : undefined;
      return (original ?? errors.map(gateway.maskError)).map((each) => each.toJSON());
    },
  });

  server.on('connection', (socket, request) => {
    const rate = createBucket({ perSecond: messagesPerSecond, countsRefused: true, monotonicNow });
    const isAcknowledged = () => acknowledged.has(socket);
    const { maskError } = gateway;
    const connection = connect(socket, { rate, unsent, steps, isAcknowledged, maskError, log });
    const closed = protocol.opened(connection, { socket, request, connection });
    socket.once('close', (code, reason) => closed(code, String(reason)).catch(maskError));
    void keepAlive(socket, sleep);
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
