import { randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { tenantOf } from '../auth/credential.ts';
import type { Sealer } from '../auth/sealed-token.ts';
import { MAX_IMAGE_BYTES } from '../contract/rules.ts';
import type { IdempotencyStore } from '../idempotency/store.ts';
import type { DecodeCheck } from '../images/decode-check.ts';
import { createImageScanner } from '../images/scan.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { CallOptions } from '../upstream/client.ts';
import type { DataItemKey } from '../upstream/data-items.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Sleep } from '../util/timers.ts';
import type { UploadLimits } from './limits.ts';
import { checkContentLength, incompleteBody, requestTimeout } from './request-errors.ts';
import { createSingleUse, type TicketUse } from './single-use.ts';
import { parseTicket, serializeTicket, type Ticket, type UploadTarget } from './ticket.ts';
import {
  errorResponse,
  invalidTicketError,
  preflightResponse,
  requireImageBody,
  storedResponse,
  toImageError,
} from './ticket-responses.ts';
import type { UploadQueue } from './upload-queue.ts';
import { createUploadStream, type UploadStream } from './upload-stream.ts';

export type { UploadTarget };

/** Upload tickets: URLs to which a client sends one image, without an API key and without GraphQL. */
export interface Tickets {
  /** Creates a URL for one image, with its expiry. */
  issue(baseUrl: string, apiKey: string, target: UploadTarget): { url: string; expiresAt: Date };
  /** Handles `PUT /uploads/{token}`. Never rejects. @param record Records the request. @default it is not recorded */
  serve(request: Request, record?: RequestRecord): Promise<Response>;
  /** Waits for the pending uploads. */
  dispose(): Promise<void>;
}

export interface TicketsOptions {
  sealer: Sealer;
  /** Storage of the records of used tickets. */
  store: IdempotencyStore;
  queue: UploadQueue;
  limits: Pick<UploadLimits, 'receiveMilliseconds' | 'pixels'>;
  checkDecoding: DecodeCheck;
  sleep: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  upstreamOf: (apiKey: string) => Pick<Upstream, 'dataItems'>;
  /** Response body for a stored data item. */
  describeDataItem: (request: Request, apiKey: string, key: DataItemKey) => object;
  /** Called when the image of a data item may have been replaced. */
  onReplaced: (apiKey: string, key: DataItemKey) => void;
  maskError: (error: unknown) => GraphQLError;
  /** Called when the use of a ticket could not be recorded. */
  onError: (error: unknown) => void;
}

const PURPOSE = 'upload';
/** Maximum time for an upload to complete after its last byte has arrived, in milliseconds. */
const COMPLETION_MS = 120_000;

/** @see Tickets */
export function createTickets(options: TicketsOptions): Tickets {
  const {
    sealer,
    queue: admission,
    limits,
    sleep,
    upstreamOf,
    describeDataItem: describe,
    onReplaced,
    maskError,
  } = options;
  const singleUse = createSingleUse({ ...options, lease: limits.receiveMilliseconds + COMPLETION_MS });
  const pending = new Set<Promise<unknown>>();

  /** Streams the image to the upstream as it arrives. @throws The reason why it was not stored. */
  const forward = async (
    request: Request,
    { apiKey, target }: Ticket,
    stream: UploadStream,
    options: Pick<CallOptions, 'signal' | 'requester'>,
  ) => {
    await stream.start();
    const { dataItems } = upstreamOf(apiKey);
    const { modelId, replace } = target;
    if (replace === undefined) {
      const id = await dataItems.upload(modelId, stream, options);
      requireComplete(stream, target);
      return storedResponse(201, describe(request, apiKey, { modelId, id }));
    }
    const key = { modelId, id: replace };
    try {
      await dataItems.replace(key, stream, options);
      requireComplete(stream, target);
    } finally {
      // A failed replacement may have happened.
      onReplaced(apiKey, key);
    }
    return storedResponse(200, describe(request, apiKey, key));
  };

  /** Uploads the image, then marks the ticket as used or makes it usable again. */
  const useTicket = async (
    request: Request,
    ticket: Ticket,
    use: TicketUse,
    requester: RequestRecord | undefined,
  ): Promise<Response> => {
    const stop = new AbortController();
    const arrived = new AbortController();
    request.signal.addEventListener('abort', () => stop.abort(incompleteBody()), { signal: arrived.signal });
    sleep(limits.receiveMilliseconds, arrived.signal).then(
      () =>
        stop.abort(
          stream.isReading
            ? requestTimeout(limits.receiveMilliseconds, 'UPLOAD_SECONDS')
            : upstreamStalledError(ticket),
        ),
      () => {},
    );
    const stream = createUploadStream(request.body, {
      scanner: createImageScanner({ maxBytes: MAX_IMAGE_BYTES, maxPixels: limits.pixels }),
      byteSize: contentLengthOf(request),
      milliseconds: limits.receiveMilliseconds,
      signal: stop.signal,
      checkDecoding: (read) => options.checkDecoding(read, ticket.apiKey, stop.signal),
      monotonicNow: options.monotonicNow,
      onArrived: () => arrived.abort(),
      onFailure: (error) => stop.abort(error),
    });
    try {
      const response = await forward(request, ticket, stream, { signal: stop.signal, requester });
      await use.complete('stored');
      return response;
    } catch (error) {
      const isRepeatable = stream.completedAt === undefined || ticket.target.replace !== undefined;
      if (isRepeatable || isDefiniteFailure(error)) await use.release();
      else await use.complete('unknown');
      throw error;
    } finally {
      arrived.abort();
      stream.dispose();
    }
  };

  const receive = async (request: Request, record: RequestRecord | undefined): Promise<Response> => {
    requireImageBody(request);
    const token = /\/uploads\/([\w-]+)$/.exec(new URL(request.url).pathname)?.[1] ?? '';
    const ticket = parseTicket(sealer.open(token, PURPOSE) ?? '');
    if (!ticket) throw invalidTicketError();
    if (record) record.tenant = tenantOf(ticket);
    checkContentLength(request, MAX_IMAGE_BYTES);
    const release = await admission.acquire(request.signal, ticket.apiKey);
    try {
      return await useTicket(request, ticket, await singleUse.claim(ticket.nonce), record);
    } finally {
      release();
    }
  };

  return {
    issue(baseUrl, apiKey, target) {
      const { token, expiresAt } = sealer.issue(serializeTicket({ apiKey, target, nonce: randomUUID() }), PURPOSE);
      return { url: `${baseUrl}/uploads/${token}`, expiresAt };
    },

    async serve(request, record) {
      if (request.method === 'OPTIONS') return preflightResponse();
      const received = receive(request, record);
      pending.add(received);
      try {
        return await received;
      } catch (error) {
        // A disconnected client receives no response, and its disconnect is not a failure of the gateway.
        const sent = request.signal.aborted ? incompleteBody() : (toImageError(error) ?? maskError(error));
        record?.addErrors([sent]);
        return errorResponse(sent);
      } finally {
        pending.delete(received);
      }
    },

    async dispose() {
      await Promise.allSettled(pending);
    },
  };
}

/** Error for an upstream that stopped reading an image; the client is not the cause. */
const upstreamStalledError = ({ target }: Ticket) =>
  new UpstreamError(operationOf(target), 'timeout', 'the upstream did not read the whole image in time');

const operationOf = ({ replace }: UploadTarget) => (replace === undefined ? 'uploadDataItem' : 'replaceDataItem');

/** @throws UpstreamError when the upstream reports an image as stored before it has received all of it. */
function requireComplete({ completedAt: wholeAt }: UploadStream, target: UploadTarget): void {
  if (wholeAt !== undefined) return;
  const message = 'expected a response after the end of the image, but got one before';
  throw new UpstreamError(operationOf(target), 'invalid-response', message);
}

/** True if a failure proves that nothing was stored. */
const isDefiniteFailure = (error: unknown): boolean =>
  error instanceof UpstreamError && error.failure !== 'outcome-unknown';

const contentLengthOf = ({ headers }: Request): number | undefined => {
  const length = headers.get('content-length');
  return length === null ? undefined : Number(length);
};
