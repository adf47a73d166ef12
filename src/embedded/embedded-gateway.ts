import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { createClientAddress } from '../http/client-address.ts';
import { createNodeHandler } from '../http/node-handler.ts';
import { wantsWebSocket } from '../http/plain-request.ts';
import { recordRejection, recordRequest, safePath } from '../http/request-log.ts';
import { readTarget } from '../http/request-target.ts';
import { errorResponse, shuttingDown } from '../http/router.ts';
import { sendResponse } from '../http/send-response.ts';
import { type OpenGateway, openGateway } from '../process/gateway-process.ts';
import { describeCauses } from '../telemetry/problems.ts';
import { createRequests, type RequestEnd } from '../telemetry/requests.ts';
import { monotonicNow } from '../util/clocks.ts';
import { sleep } from '../util/timers.ts';
import { createWebSockets } from '../websocket/server.ts';
import { acceptWith } from '../websocket/upgrade.ts';
import { createForwardingLog } from './forwarding-log.ts';
import { createMountPath } from './mount-path.ts';
import { toNativeResponse } from './native-response.ts';
import { readOptions } from './read-options.ts';
import { startOnce } from './start-once.ts';
import type { Gateway, GatewayOptions } from './types.ts';

/** Time for running requests and for the closing handshakes of sockets, in milliseconds. */
const CLOSE_TIMEOUT = 10_000;

/** A gateway that has been started, with its handlers. */
interface Started {
  readonly opened: OpenGateway;
  readonly handle: ReturnType<typeof createNodeHandler>;
  readonly sockets: ReturnType<typeof createWebSockets>;
  readonly accept: ReturnType<typeof acceptWith>;
}

/**
 * Creates a gateway inside another application, which owns the server.
 *
 * @throws ConfigError that lists every mistake in the options.
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const { config, dataDirectory } = readOptions(options);
  const { basePath } = config;
  const log = createForwardingLog(options.logger, options.logLevel ?? 'info');
  const mount = createMountPath(basePath);
  const addressOf = createClientAddress(config.trustProxy);
  const requests = createRequests({ log, monotonicNow });
  const running = new Set<Promise<void>>();
  let isDraining = false;
  let starting: Promise<Started> | undefined;
  let closing: Promise<void> | undefined;
  for (const warning of config.warnings) log.warn(warning);

  const open = async (): Promise<Started> => {
    const opened = await openGateway(config, { log, dataDirectory, listeningUrl: () => `http://localhost${basePath}` });
    const { gateway } = opened;
    const { streamsPerSocket, messagesPerSocket, unsent } = config;
    const sockets = createWebSockets(gateway, {
      log,
      addressOf,
      streamsPerSocket,
      messagesPerSecond: messagesPerSocket,
      unsent,
      requests,
      sleep,
      monotonicNow,
    });
    return {
      opened,
      sockets,
      handle: createNodeHandler(gateway, {
        log,
        requests,
        isDraining: () => isDraining,
        imageStall: config.images.stallMilliseconds,
      }),
      accept: acceptWith({
        gateway,
        server: sockets.server,
        addressOf,
        isDraining: () => isDraining,
        onReject: (request, status, error) => recordRejection(requests, request, addressOf(request), { status, error }),
      }),
    };
  };
  const startUnlessFailed = startOnce(open, {
    onFailure: (error) => log.error({ err: error }, 'the gateway could not be started'),
    monotonicNow,
  });
  const start = (): Promise<Started> => {
    if (closing) return Promise.reject(new Error('The gateway has been closed.'));
    starting = startUnlessFailed();
    return starting;
  };
  /** Lets `close` wait until the returned function is called. */
  const track = (): (() => void) => {
    let end = () => {};
    const work = new Promise<void>((resolve) => {
      end = resolve;
    });
    running.add(work);
    return () => {
      running.delete(work);
      end();
    };
  };

  /** Sends a response instead of the gateway, and records it. */
  const refuse = async (
    request: IncomingMessage,
    response: ServerResponse,
    refusal: Response,
    errors?: GraphQLError[],
  ): Promise<void> => {
    if (response.headersSent) return void response.end();
    const record = recordRequest(requests, request, response, addressOf(request));
    record.addErrors(errors);
    refusal.headers.set('connection', 'close');
    await sendResponse(refusal, response, record.id);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Otherwise the request would wait for its body in vain.
    if (request.readableDidRead) {
      log.error('the body of a request has been read before the gateway: mount it before body parsers');
      return await refuse(
        request,
        response,
        textResponse(500, 'The body of this request has been read by another handler.'),
      );
    }
    const target = readTarget(request);
    if (target === undefined)
      return await refuse(request, response, textResponse(400, 'Expected a path, and one valid Host header.'));
    const started = await start().catch(() => undefined);
    if (!started && closing) {
      const error = shuttingDown();
      return await refuse(request, response, errorResponse(error), [error]);
    }
    if (!started) {
      const text = 'The gateway could not be started. Its log contains the reason.';
      return await refuse(request, response, textResponse(503, text));
    }
    // Express removes the mount path from `url` only, and the conversion of requests prefers `originalUrl`.
    Object.assign(request, { url: mount.complete(target), originalUrl: undefined });
    await started.handle(request, response, addressOf(request));
  };

  const respond = async ({ gateway }: OpenGateway, request: Request, client: string | undefined) => {
    const stopTracking = track();
    const { method, signal } = request;
    const record = requests.start({ headers: Object.fromEntries(request.headers), client, transport: 'http' });
    record.arrivedBeforeStop = !isDraining;
    const end = (how: RequestEnd) => {
      requests.end(record, { ...how, method, path: safePath(new URL(request.url).pathname) });
      stopTracking();
    };
    try {
      const response = await gateway.fetch(mount.completeRequest(request), client, record);
      return toNativeResponse(response, {
        requestId: record.id,
        isHead: method === 'HEAD',
        onEnd(bytes) {
          record.bytes = bytes;
          end({ status: response.status });
        },
      });
    } catch (error) {
      if (!signal.aborted) record.failure = describeCauses(error);
      end({ hasLeft: signal.aborted });
      throw error;
    }
  };

  const close = async (): Promise<void> => {
    isDraining = true;
    const started = await starting?.catch(() => undefined);
    if (!started) return;
    const { opened, sockets } = started;
    opened.gateway.refuseNew();
    const socketsClosed = sockets.close();
    opened.gateway.endStreams();
    const finished = new AbortController();
    const deadline = sleep(CLOSE_TIMEOUT, finished.signal).then(
      () => sockets.terminate(),
      () => {},
    );
    await socketsClosed;
    const disposed = opened.gateway.dispose();
    await Promise.race([Promise.allSettled(running), deadline]);
    finished.abort();
    await disposed;
    await opened.close();
  };

  return {
    fetch: async (request, info) => {
      const { opened } = await start();
      return await respond(opened, request, info?.address);
    },
    handle: (request, response) => {
      handle(request, response)
        .catch((error: unknown) => {
          log.error({ err: error }, 'a request failed unexpectedly');
          response.destroy();
        })
        .finally(track());
    },
    handleUpgrade: (request, socket, head) => {
      const path = mount.complete(readTarget(request) ?? '').split('?', 1)[0];
      const isGraph = path === `${basePath}/graphql` || path === `${basePath}/graphql/`;
      if (!wantsWebSocket(request) || !isGraph) return false;
      socket.on('error', () => socket.destroy());
      start()
        .then(({ accept }) => accept(request, socket, head, path))
        .catch(() => socket.destroy());
      return true;
    },
    ready: async () => void (await start()),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

const textResponse = (status: number, text: string): Response => new Response(`${text}\n`, { status });
