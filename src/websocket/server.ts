import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type SubscribePayload } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { TransportContext } from '../auth/caller.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { createBucket } from '../limits/token-bucket.ts';
import type { OperationRequest } from '../operations/operation-request.ts';
import type { Operations } from '../operations/operations.ts';
import { requestIdOf } from '../telemetry/request-ids.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { Requests } from '../telemetry/requests.ts';
import { type OnClose, streamOfOne } from '../util/async-iterators.ts';
import type { Sleep } from '../util/timers.ts';
import { closeToRetry, closeWith, TRY_AGAIN_LATER } from './close-reasons.ts';
import { type Connection, connect } from './connection.ts';
import { detachStream, type HandledMessage, observeMessages } from './detach-stream.ts';
import { keepAlive } from './keep-alive.ts';
import { createOnSubscribe, type Operation, type SubscribeSteps } from './on-subscribe.ts';
import { PendingMessages } from './pending-messages.ts';
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
   * Closes every socket with a code after which clients reconnect: as soon as the results of its running queries and mutations
   * were sent, because clients repeat an operation that was not completed. Streams are not completed, so that they are resumed.
   */
  close(): Promise<void>;
  /** Terminates the sockets whose clients have not completed the closing handshake. */
  terminate(): void;
}

/** Data of a socket, for the hooks of graphql-ws. */
interface SocketExtra extends Extra {
  connection: Connection;
  /** The message that graphql-ws has begun to handle last. */
  message?: HandledMessage;
}

export interface WebSocketOptions {
  log: Logger;
  /** Address of the client that opened a socket. */
  addressOf: (handshake: IncomingMessage) => string | undefined;
  /** Records operations. */
  requests: Requests;
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
  const { log, addressOf, requests, streamsPerSocket, messagesPerSecond, sleep, monotonicNow } = options;
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
  const pending = new PendingMessages();
  let isStopping = false;

  const onSubscribe = createOnSubscribe(steps, { streamsPerSocket });

  /** @throws RequestError when nothing was executed. */
  async function execute(args: Operation, onAbort: OnClose): Promise<ExecutionResult> {
    const result = await operations.execute(toRequest(args, { ...args.contextValue, onAbort }));
    if (!isRequestError(result)) return result;
    args.contextValue.record.addErrors(result.errors);
    throw new RequestError(result.errors);
  }

  /** Starts the record of an operation. Its id, unless the client sends one, is that of the socket and its own. */
  const startRecord = (handshake: IncomingMessage, id: string, { extensions }: SubscribePayload): RequestRecord => {
    const requestId = `${handshake.headers['x-request-id']}/${id}`;
    const record = requests.start({
      headers: { 'x-request-id': requestId, traceparent: handshake.headers.traceparent, ...extensions },
      client: addressOf(handshake),
      transport: 'websocket',
    });
    record.isOperation = true;
    record.route = 'graphql';
    return record;
  };

  /** Closes a socket when its credentials expire, with a code after which clients reconnect. */
  async function closeAt(at: number, socket: WebSocket, signal: AbortSignal): Promise<void> {
    try {
      await gateway.waitUntil(at, signal);
      socket.close(CloseCode.Forbidden, 'The JWT or watch token has expired.');
    } catch {
      // The socket was closed before.
    }
  }

  /** The payload of the `error` message for an error of a stream. */
  const toPayload = (error: unknown) =>
    (error instanceof RequestError ? error.errors : [gateway.maskError(error)]).map((each) => each.toJSON());

  const protocol = makeServer<Record<string, unknown>, SocketExtra>({
    // graphql-ws cannot cancel a promise, but closes a stream when the client completes the operation or disconnects.
    execute(args) {
      // Without a response, the client repeats the operation on another connection.
      if (isStopping) return streamOfOne<ExecutionResult>(() => new Promise(() => {}));
      const { message, extra } = (args as Operation).contextValue;
      if (message) message.onEnd = pending.add(extra.socket);
      return streamOfOne((onAbort) => execute(args as Operation, onAbort));
    },
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
      const { message } = socket.extra;
      const record = startRecord(socket.extra.request, id, payload);
      const admitted = await onSubscribe(socket, payload, record).catch((error) => [gateway.maskError(error)]);
      if (Array.isArray(admitted)) {
        record.addErrors(admitted);
        requests.end(record, {});
      } else (admitted as Operation).contextValue.message = message;
      return admitted as ExecutionArgs | readonly GraphQLError[];
    },
    onOperation({ extra, subscriptions }, id, _payload, args, result) {
      const { record, message } = (args as Operation).contextValue;
      // A client ends a subscription by leaving it, but a query or mutation that it leaves has no result.
      const end = (isClosed: boolean) => requests.end(record, { hasLeft: isClosed && !isSubscription(args) });
      if (Symbol.asyncIterator in result) {
        const send = (each: unknown) => extra.connection.sendResult(id, each as ExecutionResult, record);
        const stream = sendResults(result, send, end);
        if (!isSubscription(args)) return stream;
        record.startStream('websocket');
        // graphql-ws closes the stream of an operation that is not open any more.
        if (!message || !(id in subscriptions)) return stream;
        return detachStream(stream, {
          operations: subscriptions,
          id,
          message,
          send: extra.connection.send,
          toPayload,
          isStopping: () => isStopping,
        });
      }
      if (isRequestError(result)) record.addErrors(result.errors);
      end(false);
      if (!isRequestError(result)) return undefined;
      const [error] = result.errors;
      // Clients do not retry a subscription after an `error` message, but resubscribe after this close code.
      if (error && isRateError(error) && isSubscription(args)) closeToRetry(extra.socket, error.message);
      return failingStream(result);
    },
    onError: (_socket, _id, _payload, errors) => {
      const [error] = errors;
      return error?.originalError instanceof RequestError
        ? toPayload(error.originalError)
        : errors.map((each) => gateway.maskError(each).toJSON());
    },
  });

  server.on('headers', (headers, request) => {
    const requestId = requestIdOf(request.headers['x-request-id']);
    request.headers['x-request-id'] = requestId;
    headers.push(`x-request-id: ${requestId}`);
  });
  server.on('connection', (socket, request) => {
    const rate = createBucket({ perSecond: messagesPerSecond, countsRefused: true, monotonicNow });
    const isAcknowledged = () => acknowledged.has(socket);
    const { maskError } = gateway;
    const options = { connection: request.socket, rate, unsent, steps, isAcknowledged, maskError, log };
    const connection = connect(socket, options);
    const extra: SocketExtra = { socket, request, connection };
    const observed = observeMessages(connection, (message) => {
      extra.message = message;
      // The client repeats it on another connection, because it gets no response.
      return !isStopping;
    });
    const closed = protocol.opened(observed, extra);
    socket.once('close', (code, reason) => closed(code, String(reason)).catch(maskError));
    void keepAlive(socket, sleep);
  });

  return {
    server,
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
    async close() {
      isStopping = true;
      for (const socket of server.clients) {
        pending.whenNone(socket, () => {
          socket.close(SERVICE_RESTART, 'The server is restarting.');
          // A paused socket must be read to receive the client's close frame.
          socket.resume();
        });
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
