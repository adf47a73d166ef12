import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createServerAdapter } from '@whatwg-node/server';
import type { Logger } from 'pino';
import { defaultImageLimits } from '../images/limits.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { Requests } from '../telemetry/requests.ts';
import { MAX_DRAIN_BYTES } from '../uploads/drain.ts';
import { sleep as realSleep, type Sleep } from '../util/timers.ts';
import type { FastPath } from './fast-path.ts';
import { recordRequest } from './request-log.ts';
import type { Router } from './router.ts';
import { sendResponse } from './send-response.ts';
import { resetWhenStalled } from './stalled-response.ts';

/** The parts of the gateway that respond to requests of a Node.js server. */
export interface HandledGateway extends Pick<Router, 'fetch'> {
  /** Responds to plain queries over HTTP as {@link fetch} does, with less work. */
  readonly fastPath: FastPath;
  /** Path below which everything is served; '' for none. */
  readonly basePath: string;
}

export interface NodeHandlerOptions {
  log: Logger;
  /** Records requests. */
  requests: Requests;
  /** True while the gateway shuts down. */
  isDraining: () => boolean;
  /**
   * Time after which an image is aborted if its client reads nothing, in milliseconds.
   * @default that of the image limits
   */
  imageStall?: number | undefined;
  /** Execute plain queries on the fast path. @default true */
  fastPath?: boolean | undefined;
  /** Waits between checks for stalled image clients. @default real time */
  sleep?: Sleep;
}

/**
 * Responds to a request of a Node.js server, and records it. Never rejects.
 *
 * @param address Address of the client; without one, no rate limit applies.
 * @param onClosed Called when the response has been sent, or the client has disconnected.
 */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  address: string | undefined,
  onClosed?: () => void,
) => Promise<void>;

/** @see NodeHandler */
export function createNodeHandler(gateway: HandledGateway, options: NodeHandlerOptions): NodeHandler {
  const { log, requests, isDraining, sleep = realSleep } = options;
  const images = `${gateway.basePath}/images/`;
  const milliseconds = options.imageStall ?? defaultImageLimits.stallMilliseconds;
  const adapter = createServerAdapter<{ req: IncomingMessage; address: string | undefined; record: RequestRecord }>(
    async (request, { req, address, record }) => {
      const response = await gateway.fetch(request, address, record);
      await discardBody(req);
      return response;
    },
  );
  // The adapter only converts requests. Its own sending leaves a response open when the body fails.
  const respond = async (
    request: IncomingMessage,
    response: ServerResponse,
    record: RequestRecord,
    address: string | undefined,
    body?: Buffer,
  ) => {
    const { method = 'GET', url = '/', headers } = request;
    // As a stream, because the adapter enumerates the members of a Buffer, one for each byte.
    const read = body ? { raw: request, method, url, headers, body: Readable.from([body]) } : request;
    const fetched = await adapter.handleNodeRequestAndResponse(read, response, { req: request, address, record });
    const onReset = () => {
      record.failure = 'the client does not read';
    };
    const isImage = request.url?.startsWith(images);
    const stopStallCheck = isImage ? resetWhenStalled(response, { milliseconds, sleep, onReset }) : undefined;
    try {
      await sendResponse(fetched, response, record.id);
    } finally {
      stopStallCheck?.();
    }
  };
  const fastPath = options.fastPath === false ? undefined : gateway.fastPath;
  return async (request, response, client, onClosed) => {
    const record = recordRequest(requests, request, response, client, onClosed);
    record.arrivedBeforeStop = !isDraining();
    try {
      if (!fastPath || isDraining() || !fastPath.accepts(request)) {
        return await respond(request, response, record, client);
      }
      const declined = await fastPath.respond(request, response, record);
      // Without its address, a request is not counted again.
      if (declined) await respond(request, response, record, declined.isCounted ? undefined : client, declined.body);
    } catch (error) {
      // A disconnected client is not an error.
      if (response.destroyed) return;
      record.failure = 'an unexpected error';
      log.error({ err: error, requestId: record.id }, 'a request failed unexpectedly');
      response.destroy();
    }
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
