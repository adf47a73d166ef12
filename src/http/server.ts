import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServerAdapter } from '@whatwg-node/server';
import type { Logger } from 'pino';
import type { Gateway } from '../gateway.ts';
import { defaultImageLimits } from '../images/limits.ts';
import { DRAINED } from '../uploads/drain.ts';
import { defaultUploadLimits } from '../uploads/limits.ts';
import { monotonicNow } from '../util/clocks.ts';
import { LinkedList, LinkedNode } from '../util/linked-list.ts';
import { sleep as realPause, type Sleep } from '../util/timers.ts';
import { createWebSockets } from '../websocket/server.ts';
import { defaultUnsentLimits, type UnsentLimits } from '../websocket/unsent-bytes.ts';
import { acceptWith } from '../websocket/upgrade.ts';
import { acceptsEventStream } from './event-stream.ts';
import { serveWithoutUpgrade, wantsWebSocket } from './plain-request.ts';
import { clientOf, logRequest } from './request-log.ts';
import { readTarget } from './request-target.ts';
import { sendResponse } from './send-response.ts';
import { cutWhenStalled } from './stalled-response.ts';

export interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Whether a proxy of ours tells the client's address in `X-Forwarded-For`. */
  trustProxy: boolean;
  log: Logger;
  /** How many subscriptions one WebSocket may have open at once. @default 50 */
  streamsPerSocket?: number;
  /** How many messages a second one WebSocket may send. @default 50 */
  messagesPerSocket?: number;
  /** The longest message over a WebSocket, in bytes. @default that of a request without files */
  messageBytes?: number;
  /** What WebSocket clients may leave unread, in bytes. */
  unsent?: UnsentLimits;
  /** How long a client may take nothing of an image that is sent to it, in milliseconds. @default that of the images */
  imageStall?: number;
  /** Whether plain queries take the short road. @default true */
  fastPath?: boolean;
  /** How idle WebSockets wait for their next ping, and images for clients that do not read. @default real time */
  pause?: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/** A gateway that listens on a port. */
export interface Server {
  /** Where it is reached from this machine, without a trailing slash. */
  readonly url: string;
  /** Takes no more requests, ends every stream, and resolves when the answers under way are sent or the time is up. */
  close(): Promise<void>;
}

/**
 * How long a request's headers may take to arrive, and the whole of it if its body is not judged elsewhere, in
 * milliseconds. Node.js answers 408 then, and closes the connection.
 */
const TIMEOUTS = { headers: 10_000, request: 300_000, look: 1_000 };

class PendingResponse extends LinkedNode {
  readonly response: ServerResponse;

  constructor(response: ServerResponse) {
    super();
    this.response = response;
  }
}

/** How long answers under way may take after a stop was asked for, in milliseconds. */
const SHUTDOWN_TIMEOUT = 10_000;

/**
 * Serves a gateway over HTTP and WebSockets.
 *
 * @throws Error when the address cannot be listened on, for example because the port is taken.
 */
export async function serve(gateway: Gateway, options: ListenOptions): Promise<Server> {
  const { host, port, trustProxy, log, pause = realPause } = options;
  const milliseconds = options.imageStall ?? defaultImageLimits.stallMilliseconds;
  const adapter = createServerAdapter<{ req: IncomingMessage }>(async (request, { req }) => {
    const response = await gateway.fetch(request, clientOf(req, trustProxy));
    await discardBody(req);
    return response;
  });
  // The adapter only makes Fetch requests of Node's. Its own sending leaves a response open when the body fails.
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const answer = await adapter.handleNodeRequestAndResponse(request, response, { req: request });
    const onCut = () => log.info('an image is cut because its client does not read');
    const isImage = request.url?.startsWith('/images/');
    const endWatch = isImage ? cutWhenStalled(response, { milliseconds, pause, onCut }) : undefined;
    try {
      await sendResponse(answer, response, (error) => {
        // A stream that ends because the gateway is stopped is aborted on purpose.
        if (!isDraining) log.warn({ err: error }, 'a response was aborted because its body failed');
      });
    } finally {
      endWatch?.();
    }
  };
  const shortRoad = options.fastPath === false ? undefined : gateway.shortRoad;
  const answer = async (request: IncomingMessage, response: ServerResponse, address: string | undefined) => {
    try {
      const isShort = shortRoad && !isDraining && shortRoad.accepts(request);
      const isAnswered = isShort && (await shortRoad.respond(request, response, address));
      if (!isAnswered) await respond(request, response);
    } catch (error) {
      // A client that has disconnected is no error.
      if (response.destroyed) return;
      log.error({ err: error }, 'a request could not be answered');
      response.destroy();
    }
  };
  const underWay = new LinkedList<PendingResponse>();
  let isDraining = false;
  const timeouts = {
    headersTimeout: TIMEOUTS.headers,
    requestTimeout: TIMEOUTS.request,
    connectionsCheckingInterval: TIMEOUTS.look,
  };
  const server = createServer(timeouts, (request, response) => {
    if (isDraining) {
      // An EventSource reconnects after a broken connection, but after no status.
      if (acceptsEventStream(request.headers.accept)) return void request.destroy();
      response.setHeader('connection', 'close');
    }
    const answering = new PendingResponse(response);
    underWay.add(answering);
    const target = readTarget(request);
    request.url = target ?? '/';
    const address = clientOf(request, trustProxy);
    const logEnd = logRequest(log, request, response, address);
    // It comes once.
    response.on('close', () => {
      answering.leaveList();
      logEnd();
    });
    if (target === undefined) sendBadRequest(response);
    else void answer(request, response, address);
  });
  const addressOf = (handshake: IncomingMessage) => clientOf(handshake, trustProxy);
  const sockets = createWebSockets(gateway, {
    log,
    addressOf,
    streamsPerSocket: options.streamsPerSocket ?? 50,
    messagesPerSecond: options.messagesPerSocket ?? 50,
    unsent: options.unsent ?? defaultUnsentLimits,
    messageBytes: options.messageBytes ?? defaultUploadLimits.operationBytes,
    pause,
    monotonicNow: options.monotonicNow ?? monotonicNow,
  });
  const accept = acceptWith({ gateway, server: sockets.server, addressOf, isDraining: () => isDraining });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!wantsWebSocket(request)) {
      // Its response would come before those of earlier requests on this connection.
      if (underWay.toArray().some(({ response }) => response.socket === socket)) socket.destroy();
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
    async close() {
      isDraining = true;
      gateway.refuseNew();
      // Whoever keeps its connection after the last answer would keep the program.
      for (const { response } of underWay.toArray())
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
      // Until the last answer is sent whoever asks still hears that this gateway lives, and takes nothing new.
      for (let left = underWay.toArray(); left.length > 0; left = underWay.toArray()) {
        await Promise.all(left.map(({ response }) => once(response, 'close')));
      }
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
      await disposed;
    },
  };
}

/** How long a request is read for nothing that was answered before it was read, in milliseconds. */
const DISCARD_TIMEOUT = 2_000;

/**
 * Reads what nobody read of a request, for a while. A sender that only writes would not see its answer before, and cutting
 * it off may take the answer away as well (RFC 9112, 9.6).
 */
async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete) return;
  const over = new AbortController();
  const enough = AbortSignal.any([over.signal, AbortSignal.timeout(DISCARD_TIMEOUT)]);
  // Whoever has begun to read it reads on.
  if (request.listenerCount('readable') === 0) {
    let left = DRAINED;
    request.on('data', (chunk: Buffer) => {
      left -= chunk.byteLength;
      if (left < 0) over.abort();
    });
    request.resume();
  }
  await Promise.race([once(request, 'end', { signal: enough }), once(request, 'close', { signal: enough })]).catch(
    () => {},
  );
}

function sendBadRequest(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end('Expected a request for a path of this server, with one Host header that names it.\n');
}

/** An address to click on: one that means every interface is reached as this machine. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
