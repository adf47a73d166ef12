import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createServerAdapter } from '@whatwg-node/server';
import type { Logger } from 'pino';
import { defaultImageLimits } from '../images/limits.ts';
import { MAX_DRAIN_BYTES } from '../uploads/drain.ts';
import { monotonicNow } from '../util/clocks.ts';
import { LinkedList, LinkedNode } from '../util/linked-list.ts';
import { sleep as realSleep, type Sleep } from '../util/timers.ts';
import { createWebSockets, type SocketGateway } from '../websocket/server.ts';
import { defaultUnsentLimits, type UnsentLimits } from '../websocket/unsent-bytes.ts';
import { acceptWith, type HandshakeGateway } from '../websocket/upgrade.ts';
import { acceptsEventStream } from './event-stream.ts';
import type { FastPath } from './fast-path.ts';
import { serveWithoutUpgrade, wantsWebSocket } from './plain-request.ts';
import { clientOf, logRequest } from './request-log.ts';
import { readTarget } from './request-target.ts';
import type { Router } from './router.ts';
import { sendResponse } from './send-response.ts';
import { resetWhenStalled } from './stalled-response.ts';

/** The parts of the gateway that its servers need. */
export interface ServedGateway extends Pick<Router, 'fetch' | 'refuseNew'>, SocketGateway, HandshakeGateway {
  /** Responds to plain queries over HTTP as {@link fetch} does, with less work. */
  readonly fastPath: FastPath;
  /** Ends every stream so that its client reconnects. */
  endStreams(): void;
  /** Stops the work in the background, so that pending responses are sent. Resolves when pending writes are done. */
  dispose(): Promise<void>;
}

export interface ListenOptions {
  host: string;
  /** 0 selects a free port. */
  port: number;
  /** Read the client's address from `X-Forwarded-For`, which a trusted proxy sets. */
  trustProxy: boolean;
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
  /** Waits between pings of WebSockets, and between checks for stalled image clients. @default real time */
  sleep?: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/** A gateway that listens on a port. */
export interface Server {
  /** URL of the gateway on this machine, without a trailing slash. */
  readonly url: string;
  /**
   * Rejects new requests, ends every stream, and resolves when pending responses are sent or {@link SHUTDOWN_TIMEOUT}
   * is over.
   *
   * @param isReplaced True if other processes continue to listen on the port: new connections are left to them at once.
   * @default false
   */
  close(isReplaced?: boolean): Promise<void>;
}

/**
 * Timeouts for the headers of a request, and for the whole request if its body has no other timeout, and the interval
 * at which they are checked, in milliseconds. Node.js then responds with 408 and closes the connection.
 */
const TIMEOUTS = { headers: 10_000, request: 300_000, checkInterval: 1_000 };

class PendingResponse extends LinkedNode {
  readonly response: ServerResponse;

  constructor(response: ServerResponse) {
    super();
    this.response = response;
  }
}

/** Time for pending responses after the start of a shutdown, in milliseconds. */
const SHUTDOWN_TIMEOUT = 10_000;

/**
 * Serves a gateway over HTTP and WebSockets.
 *
 * @throws Error when it cannot listen on the address, for example because the port is in use.
 */
export async function serve(gateway: ServedGateway, options: ListenOptions): Promise<Server> {
  const { host, port, trustProxy, log, sleep = realSleep } = options;
  const milliseconds = options.imageStall ?? defaultImageLimits.stallMilliseconds;
  const adapter = createServerAdapter<{ req: IncomingMessage; address: string | undefined }>(
    async (request, { req, address }) => {
      const response = await gateway.fetch(request, address);
      await discardBody(req);
      return response;
    },
  );
  // The adapter only converts requests. Its own sending leaves a response open when the body fails.
  const respond = async (
    request: IncomingMessage,
    response: ServerResponse,
    address: string | undefined,
    body?: Buffer,
  ) => {
    const { method = 'GET', url = '/', headers } = request;
    // As a stream, because the adapter enumerates the members of a Buffer, one for each byte.
    const read = body ? { raw: request, method, url, headers, body: Readable.from([body]) } : request;
    const fetched = await adapter.handleNodeRequestAndResponse(read, response, { req: request, address });
    const onReset = () => log.info('an image response was aborted because its client does not read');
    const isImage = request.url?.startsWith('/images/');
    const stopStallCheck = isImage ? resetWhenStalled(response, { milliseconds, sleep, onReset }) : undefined;
    try {
      await sendResponse(fetched, response, (error) => {
        // Streams are aborted on purpose while the gateway shuts down.
        if (!isDraining) log.warn({ err: error }, 'a response was aborted because its body failed');
      });
    } finally {
      stopStallCheck?.();
    }
  };
  const fastPath = options.fastPath === false ? undefined : gateway.fastPath;
  const handle = async (request: IncomingMessage, response: ServerResponse, address: string | undefined) => {
    try {
      if (!fastPath || isDraining || !fastPath.accepts(request)) return await respond(request, response, address);
      const declined = await fastPath.respond(request, response, address);
      // Without its address, a request is not counted again.
      if (declined) await respond(request, response, declined.isCounted ? undefined : address, declined.body);
    } catch (error) {
      // A disconnected client is not an error.
      if (response.destroyed) return;
      log.error({ err: error }, 'a request failed unexpectedly');
      response.destroy();
    }
  };
  const pendingResponses = new LinkedList<PendingResponse>();
  let isDraining = false;
  const timeouts = {
    headersTimeout: TIMEOUTS.headers,
    requestTimeout: TIMEOUTS.request,
    connectionsCheckingInterval: TIMEOUTS.checkInterval,
  };
  const server = createServer(timeouts, (request, response) => {
    if (isDraining) {
      // An EventSource reconnects after a broken connection, but not after an error status.
      if (acceptsEventStream(request.headers.accept)) return void request.destroy();
      response.setHeader('connection', 'close');
    }
    const pending = new PendingResponse(response);
    pendingResponses.add(pending);
    const target = readTarget(request);
    request.url = target ?? '/';
    const address = clientOf(request, trustProxy);
    const logEnd = logRequest(log, request, response, address);
    // Not `once`, which costs more: the event comes only once.
    response.on('close', () => {
      pending.leaveList();
      logEnd();
    });
    if (target === undefined) sendBadRequest(response);
    else void handle(request, response, address);
  });
  const addressOf = (handshake: IncomingMessage) => clientOf(handshake, trustProxy);
  const sockets = createWebSockets(gateway, {
    log,
    addressOf,
    streamsPerSocket: options.streamsPerSocket ?? 50,
    messagesPerSecond: options.messagesPerSocket ?? 50,
    unsent: options.unsent ?? defaultUnsentLimits,
    sleep,
    monotonicNow: options.monotonicNow ?? monotonicNow,
  });
  const accept = acceptWith({ gateway, server: sockets.server, addressOf, isDraining: () => isDraining });
  server.on('upgrade', (request, socket, head) => {
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

  server.listen(port, host);
  await once(server, 'listening');

  return {
    url: urlOf(server.address() as AddressInfo),
    async close(isReplaced = false) {
      isDraining = true;
      gateway.refuseNew();
      const closed = once(server, 'close');
      if (isReplaced) server.close();
      // Connections that stay open after the last response would keep the process running.
      for (const { response } of pendingResponses.toArray())
        if (!response.headersSent) response.setHeader('connection', 'close');
      const deadline = AbortSignal.timeout(SHUTDOWN_TIMEOUT);
      deadline.addEventListener('abort', () => {
        server.closeAllConnections();
        sockets.terminate();
      });
      const socketsClosed = sockets.close();
      gateway.endStreams();
      await socketsClosed;
      const disposed = gateway.dispose();
      // The server listens until the last response is sent, so that health checks and rejections still get through.
      for (let left = pendingResponses.toArray(); left.length > 0; left = pendingResponses.toArray()) {
        await Promise.all(left.map(({ response }) => once(response, 'close')));
      }
      if (!isReplaced) server.close();
      server.closeIdleConnections();
      await closed;
      await disposed;
    },
  };
}

/** Time for which the rest of a body is read and discarded after the response, in milliseconds. */
const DISCARD_TIMEOUT = 2_000;

/**
 * Reads and discards the unread rest of a request body, up to a limit. Many clients read the response only after they
 * have sent their body, and closing the connection early may lose the response (RFC 9112, 9.6).
 */
async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete) return;
  const over = new AbortController();
  const limit = AbortSignal.any([over.signal, AbortSignal.timeout(DISCARD_TIMEOUT)]);
  // A body that is being read elsewhere is left to that reader.
  if (request.listenerCount('readable') === 0) {
    let left = MAX_DRAIN_BYTES;
    request.on('data', (chunk: Buffer) => {
      left -= chunk.byteLength;
      if (left < 0) over.abort();
    });
    request.resume();
  }
  await Promise.race([once(request, 'end', { signal: limit }), once(request, 'close', { signal: limit })]).catch(
    () => {},
  );
}

function sendBadRequest(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end('Expected a request for a path of this server, with one valid Host header.\n');
}

/** A URL to open in a browser: an address for all interfaces is written as localhost. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
