import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Logger } from 'pino';
import { createRequests, type Requests } from '../telemetry/requests.ts';
import { monotonicNow } from '../util/clocks.ts';
import { LinkedList, LinkedNode } from '../util/linked-list.ts';
import { quietTurn } from '../util/quiet-turn.ts';
import { sleep as realSleep, type Sleep } from '../util/timers.ts';
import { createWebSockets, type SocketGateway } from '../websocket/server.ts';
import { defaultUnsentLimits, type UnsentLimits } from '../websocket/unsent-bytes.ts';
import { acceptWith, type HandshakeGateway } from '../websocket/upgrade.ts';
import { createClientAddress, type TrustProxy } from './client-address.ts';
import { respondToClientError } from './client-error.ts';
import { acceptsEventStream } from './event-stream.ts';
import type { Health } from './health.ts';
import { type Listener, type ListenerOptions, listen } from './listen.ts';
import { createNodeHandler, type HandledGateway } from './node-handler.ts';
import { serveWithoutUpgrade, wantsWebSocket } from './plain-request.ts';
import { recordRejection, recordRequest } from './request-log.ts';
import { readTarget } from './request-target.ts';
import type { Router } from './router.ts';

/** The parts of the gateway that its servers need. */
export interface ServedGateway
  extends HandledGateway,
    Pick<Router, 'refuseNew'>,
    Pick<Health, 'setPhase'>,
    SocketGateway,
    HandshakeGateway {
  /** Ends every stream so that its client reconnects. */
  endStreams(): void;
  /** Stops the work in the background, so that pending responses are sent. Resolves when pending writes are done. */
  dispose(): Promise<void>;
}

export interface ListenOptions extends ListenerOptions {
  /** Proxies whose entries in `X-Forwarded-For` name the client. */
  trustProxy: TrustProxy;
  log: Logger;
  /** Maximum number of open subscriptions per WebSocket. @default 50 */
  streamsPerSocket?: number;
  /** Maximum messages per second from one WebSocket. @default 50 */
  messagesPerSocket?: number;
  /** Maximum bytes that WebSocket clients may leave unread. */
  unsent?: UnsentLimits;
  /**
   * Time after which an image is aborted if its client reads nothing, in milliseconds.
   * @default that of the image limits
   */
  imageStall?: number;
  /** Execute plain queries on the fast path. @default true */
  fastPath?: boolean;
  /** Records requests. @default they are only logged */
  requests?: Requests;
  /** Waits between pings of WebSockets, between checks for stalled image clients, and during a stop. @default real time */
  sleep?: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/** A gateway that listens on a port. */
export interface Server {
  /** URL of the gateway on this machine, without a trailing slash; `unix:` and its path for a Unix socket. */
  readonly url: string;
  /** Number of open WebSockets. */
  readonly sockets: number;
  /** Announces the end: `/ready` fails, and responses close their connections. Everything is still served. */
  drain(): void;
  /** Lets new requests wait until it has stopped listening, so that it has time to accept all connections. */
  hold(): void;
  /**
   * Stops listening, ends every stream, and resolves when pending responses are sent or {@link SHUTDOWN_TIMEOUT} is over.
   */
  close(): Promise<void>;
}

class PendingResponse extends LinkedNode {
  readonly response: ServerResponse;

  constructor(response: ServerResponse) {
    super();
    this.response = response;
  }
}

/** Time for pending responses after the start of a shutdown, in milliseconds. */
const SHUTDOWN_TIMEOUT = 10_000;

/** Time for the next request on a connection that was open when the gateway stopped listening, in milliseconds. */
const NEXT_REQUEST_TIMEOUT = 1_000;

/**
 * Serves a gateway over HTTP and WebSockets.
 *
 * @param listener A server that listens already. @default one with these options
 * @throws Error when it cannot listen on the address, for example because the port is in use.
 */
export async function serve(
  gateway: ServedGateway,
  options: ListenOptions,
  listener?: Listener | undefined,
): Promise<Server> {
  const { log, sleep = realSleep } = options;
  const addressOf = createClientAddress(options.trustProxy, options.listenSocket !== undefined);
  const clock = options.monotonicNow ?? monotonicNow;
  const requests = options.requests ?? createRequests({ log, monotonicNow: clock });
  const handle = createNodeHandler(gateway, {
    log,
    requests,
    isDraining: () => isStopping,
    imageStall: options.imageStall,
    fastPath: options.fastPath,
    sleep,
  });
  const pendingResponses = new LinkedList<PendingResponse>();
  /** Called when a response has been sent, or its client has disconnected. */
  let onResponseClosed = () => {};
  let isDraining = false;
  let isStopping = false;
  /** Requests that wait until the gateway has stopped listening. Undefined except then. */
  let held: (() => void)[] | undefined;
  const { server, connections, url, release } = listener ?? (await listen(options));
  const respond = (request: IncomingMessage, response: ServerResponse) => {
    if (isDraining) {
      // An EventSource reconnects after a broken connection, but not after an error status.
      if (isStopping && acceptsEventStream(request.headers.accept)) return void request.destroy();
      response.setHeader('connection', 'close');
    }
    const pending = new PendingResponse(response);
    pendingResponses.add(pending);
    const target = readTarget(request);
    request.url = target ?? '/';
    const onClosed = () => {
      pending.leaveList();
      onResponseClosed();
    };
    const client = addressOf(request);
    if (target === undefined) sendBadRequest(response, recordRequest(requests, request, response, client, onClosed).id);
    else void handle(request, response, client, onClosed);
  };
  server.on('request', (request, response) => {
    connections.onRequest(request.socket);
    if (held) held.push(() => respond(request, response));
    else respond(request, response);
  });
  const sockets = createWebSockets(gateway, {
    log,
    addressOf,
    streamsPerSocket: options.streamsPerSocket ?? 50,
    messagesPerSecond: options.messagesPerSocket ?? 50,
    unsent: options.unsent ?? defaultUnsentLimits,
    sleep,
    monotonicNow: clock,
    requests,
  });
  const accept = acceptWith({
    gateway,
    server: sockets.server,
    addressOf,
    isDraining: () => isStopping,
    onReject: (request, status, error) => recordRejection(requests, request, addressOf(request), { status, error }),
  });
  server.on('clientError', (error, socket) => respondToClientError(error, socket, requests));
  server.on('upgrade', (request, socket, head) => {
    connections.delete(request.socket);
    socket.on('error', () => socket.destroy());
    if (!wantsWebSocket(request)) {
      // Otherwise its response would be sent before those of earlier requests on this connection.
      if (pendingResponses.toArray().some(({ response }) => response.socket === socket)) socket.destroy();
      else serveWithoutUpgrade(server, request, socket, head);
      return;
    }
    const path = readTarget(request)?.split('?', 1)[0];
    accept(request, socket, head, path).catch((error: unknown) => {
      log.error({ err: error }, 'a WebSocket could not be opened');
      socket.destroy();
    });
  });

  const drain = () => {
    if (isDraining) return;
    isDraining = true;
    gateway.setPhase('draining');
    for (const { response } of pendingResponses.toArray())
      if (!response.headersSent) response.setHeader('connection', 'close');
  };

  const hold = () => {
    held ??= [];
  };

  release();
  return {
    get sockets() {
      return sockets.server.clients.size;
    },
    url: url + gateway.basePath,
    drain,
    hold,
    async close() {
      const wasDrained = isDraining;
      drain();
      const closed = once(server, 'close');
      // Otherwise the event loop would never be idle under load, and connections that it has not accepted yet would be reset.
      hold();
      await quietTurn();
      // A refused connection makes proxies send their request to another replica. Before they open one, they use those that they
      // keep: these are closed only when they have had the time for it. Without a drain, as at Ctrl-C, there is no time for that.
      if (wasDrained) NetServer.prototype.close.call(server);
      else server.close();
      const waiting = held ?? [];
      held = undefined;
      for (const continueRequest of waiting) continueRequest();
      const busy = new Set(pendingResponses.toArray().map(({ response }) => response.socket));
      await connections.nextRequests(busy, NEXT_REQUEST_TIMEOUT, sleep);
      if (wasDrained) {
        await quietTurn();
        server.close();
      }
      isStopping = true;
      gateway.refuseNew();
      const deadline = AbortSignal.timeout(SHUTDOWN_TIMEOUT);
      deadline.addEventListener('abort', () => {
        server.closeAllConnections();
        sockets.terminate();
      });
      const socketsClosed = sockets.close();
      gateway.endStreams();
      await socketsClosed;
      const disposed = gateway.dispose();
      // Without a listener for each response: a stream has ten, above which Node.js prints a warning.
      await new Promise<void>((resolve) => {
        onResponseClosed = () => {
          if (!pendingResponses.first) resolve();
        };
        onResponseClosed();
      });
      server.closeIdleConnections();
      connections.destroyAwaited();
      await closed;
      await disposed;
    },
  };
}

function sendBadRequest(response: ServerResponse, requestId: string): void {
  response.writeHead(400, {
    'x-request-id': requestId,
    'content-type': 'text/plain; charset=utf-8',
    connection: 'close',
  });
  response.end('Expected a request for a path of this server, with one valid Host header.\n');
}
