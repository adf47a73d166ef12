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
import type { Sleep } from '../util/timers.ts';
import { closeToRetry, closeWith, TRY_AGAIN_LATER } from './close-reasons.ts';
import { connect } from './connection.ts';
import { keepAlive } from './keep-alive.ts';
import { createOnSubscribe, type Operation } from './on-subscribe.ts';
import { isRequestError, RequestError, failingStream } from './request-errors.ts';
import { createSharedFrames } from './shared-frames.ts';
import { type OnAbort, SingleResult } from './single-result.ts';
import { socketWithReasons } from './socket-with-reasons.ts';
import { UnsentBytes, type UnsentLimits } from './unsent-bytes.ts';

/** Close code on which clients connect again (RFC 6455, 7.4.2; registered as "Service Restart"). */
const SERVICE_RESTART = 1012;

/** How many times too long a message may be for its operation to be refused alone. One beyond that is not received. */
const MAX_SIZE_FACTOR = 4;

/** Close codes for connection parameters that cannot be used; clients reconnect after 4403 alone. */
const CLOSE_CODES: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: CloseCode.Unauthorized,
  FORBIDDEN: CloseCode.Forbidden,
  BAD_USER_INPUT: CloseCode.BadRequest,
};

/** The graph over WebSockets, in the graphql-transport-ws protocol. */
export interface WebSockets {
  server: WebSocketServer;
  /** Closes every socket with a code on which clients connect again; no stream is completed, so that they go on there. */
  close(): Promise<void>;
  /** Cuts the sockets whose clients did not answer that. */
  terminate(): void;
}

export interface WebSocketOptions {
  log: Logger;
  /** Whence a socket was opened. */
  addressOf: (handshake: IncomingMessage) => string | undefined;
  /** How many subscriptions one socket may have open at once. */
  streamsPerSocket: number;
  /** The longest message, in bytes. */
  messageBytes: number;
  /** How many messages a second one socket may send. */
  messagesPerSecond: number;
  /** What clients may leave unread. */
  unsent: UnsentLimits;
  pause: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

export function createWebSockets(gateway: Gateway, options: WebSocketOptions): WebSockets {
  const { log, addressOf, streamsPerSocket, messageBytes, messagesPerSecond, pause, monotonicNow } = options;
  const mostBytes = MAX_SIZE_FACTOR * messageBytes;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: mostBytes,
    WebSocket: socketWithReasons(mostBytes),
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const texts = createSharedFrames();
  const unsent = new UnsentBytes({ limits: options.unsent, sockets: server.clients, log });
  const acknowledged = new WeakSet<WebSocket>();

  const prepare = createOnSubscribe(gateway, { log, streamsPerSocket, addressOf });

  /** Nothing that an operation does may close the socket, which others share. */
  async function run(act: () => OperationResult): Promise<Awaited<OperationResult>> {
    try {
      return await act();
    } catch (error) {
      return { errors: [gateway.maskError(error)] };
    }
  }

  /** @throws RequestError when nothing was executed. */
  async function execute(args: Operation, onAbort: OnAbort): Promise<ExecutionResult> {
    const contextValue = { ...(args.contextValue as object), onAbort: onAbort };
    const result = await run(() => args.execute({ ...args, contextValue }));
    if (isRequestError(result)) throw new RequestError(result.errors);
    return result as ExecutionResult;
  }

  /** Whoever's time is up says again who they are. Clients connect again on this code. */
  async function closeAt(at: number, socket: WebSocket, signal: AbortSignal): Promise<void> {
    try {
      await gateway.waitUntil(at, signal);
      socket.close(CloseCode.Forbidden, 'What was brought to say who asks has expired.');
    } catch {
      // It was closed before.
    }
  }

  const protocol = makeServer<Record<string, unknown>, Extra>({
    execute: (args) => new SingleResult((onAbort) => execute(args as Operation, onAbort)),
    subscribe: (args) => run(() => (args as Operation).subscribe(args)),
    // The upstream judges a key on first use; what shows without asking it shows at once.
    onConnect: async ({ connectionParams, extra: { socket, request } }) => {
      try {
        const params = connectionParams && { connectionParams };
        const { close, expiresAt } = await gateway.openSocket({ ...params, extra: { socket, request } });
        // It may have been closed while that was found out, and tells of it once.
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
        return await prepare(socket, id, payload);
      } catch (error) {
        return [gateway.maskError(error)];
      }
    },
    onOperation({ extra }, _id, _payload, args, result) {
      if (!isRequestError(result)) return undefined;
      const [error] = result.errors;
      // A subscription that ends with an `error` message is not retried; those of a socket that is closed so are.
      if (error && isRateError(error) && isSubscription(args)) closeToRetry(extra.socket, error.message);
      return failingStream(result);
    },
    onError: (_socket, _id, _payload, [error]) =>
      error?.originalError instanceof RequestError
        ? error.originalError.errors.map((each) => each.toJSON())
        : undefined,
    onNext: ({ extra }, _id, _payload, _args, result) =>
      result instanceof SharedResult ? texts.placeholder(extra.socket, result) : undefined,
  });

  server.on('connection', (socket, request) => {
    texts.attach(socket);
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
        // A socket that waits for its client to read must see the answer of the client.
        socket.resume();
      }
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Whether an operation was refused by a rate, which passes by itself. A limit on what is open does not. */
const isRateError = ({ extensions }: GraphQLError): boolean =>
  (extensions.http as { status?: number } | undefined)?.status === 429;

const isSubscription = ({ document, operationName }: ExecutionArgs): boolean => {
  const operation = selectOperation(document, operationName);
  return !(operation instanceof GraphQLError) && operation.operation === OperationTypeNode.SUBSCRIPTION;
};
