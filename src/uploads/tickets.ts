import { randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import type { Sealer } from '../auth/sealed-token.ts';
import { MAX_IMAGE_BYTES } from '../contract/rules.ts';
import type { IdempotencyStore } from '../idempotency/store.ts';
import type { DecodeCheck } from '../images/decode-check.ts';
import { createImageScanner } from '../images/scan.ts';
import type { DataItemKey } from '../upstream/data-items.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Sleep } from '../util/timers.ts';
import type { UploadLimits } from './limits.ts';
import { checkContentLength, incompleteBody, tooSlow } from './request-errors.ts';
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

/** Addresses to which a picture is sent by itself, without a key and without the graph. */
export interface Tickets {
  /** A new address for one picture, and when it stops working. */
  issue(baseUrl: string, apiKey: string, target: UploadTarget): { url: string; expiresAt: Date };
  /** Answers `PUT /uploads/{token}`. Never rejects. */
  serve(request: Request): Promise<Response>;
  /** Waits for the uploads that are under way. */
  dispose(): Promise<void>;
}

export interface TicketsOptions {
  sealer: Sealer;
  /** Where it is noted that a ticket was used. */
  store: IdempotencyStore;
  admission: UploadQueue;
  limits: Pick<UploadLimits, 'milliseconds' | 'pixels'>;
  checkDecoding: DecodeCheck;
  pause: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  upstreamOf: (apiKey: string) => Pick<Upstream, 'dataItems'>;
  /** What the sender is told of a data item that was stored. */
  describe: (request: Request, apiKey: string, key: DataItemKey) => object;
  /** Hears of data items whose picture is another now. */
  onReplaced: (apiKey: string, key: DataItemKey) => void;
  maskError: (error: unknown) => GraphQLError;
  /** Hears of tickets whose use could not be noted. */
  onError: (error: unknown) => void;
}

const PURPOSE = 'upload';
/** What an upload may take after its last byte has come, in milliseconds. */
const COMPLETION_MS = 120_000;

/** @see Tickets */
export function createTickets(options: TicketsOptions): Tickets {
  const { sealer, admission, limits, pause, upstreamOf, describe, onReplaced, maskError } = options;
  const singleUse = createSingleUse({ ...options, lease: limits.milliseconds + COMPLETION_MS });
  const underWay = new Set<Promise<unknown>>();

  /** Sends the picture on while it comes. @throws Why it was not stored. */
  const passOn = async (request: Request, { apiKey, target }: Ticket, relay: UploadStream, signal: AbortSignal) => {
    await relay.start();
    const { dataItems } = upstreamOf(apiKey);
    const { modelId, replace } = target;
    if (replace === undefined) {
      const id = await dataItems.upload(modelId, relay, { signal });
      requireComplete(relay, target);
      return storedResponse(201, describe(request, apiKey, { modelId, id }));
    }
    const key = { modelId, id: replace };
    try {
      await dataItems.replace(key, relay, { signal });
      requireComplete(relay, target);
    } finally {
      // It may have happened even where it failed.
      onReplaced(apiKey, key);
    }
    return storedResponse(200, describe(request, apiKey, key));
  };

  /** Uses the ticket up, or gives it free again, as the upload ends. */
  const useOnce = async (request: Request, ticket: Ticket, use: TicketUse): Promise<Response> => {
    const stop = new AbortController();
    const arrived = new AbortController();
    request.signal.addEventListener('abort', () => stop.abort(incompleteBody()), { signal: arrived.signal });
    pause(limits.milliseconds, arrived.signal).then(
      () => stop.abort(relay.isReading ? tooSlow(limits.milliseconds, 'UPLOAD_SECONDS') : upstreamStalledError(ticket)),
      () => {},
    );
    const relay = createUploadStream(request.body, {
      scanner: createImageScanner({ maxBytes: MAX_IMAGE_BYTES, maxPixels: limits.pixels }),
      byteSize: contentLengthOf(request),
      milliseconds: limits.milliseconds,
      signal: stop.signal,
      checkDecoding: (read) => options.checkDecoding(read, ticket.apiKey, stop.signal),
      monotonicNow: options.monotonicNow,
      onArrived: () => arrived.abort(),
      onFailure: (error) => stop.abort(error),
    });
    try {
      const answer = await passOn(request, ticket, relay, stop.signal);
      await use.complete('stored');
      return answer;
    } catch (error) {
      const isRepeatable = relay.wholeAt === undefined || ticket.target.replace !== undefined;
      if (isRepeatable || isDefiniteFailure(error)) await use.release();
      else await use.complete('unknown');
      throw error;
    } finally {
      arrived.abort();
      relay.dispose();
    }
  };

  const receive = async (request: Request): Promise<Response> => {
    requireImageBody(request);
    const token = /\/uploads\/([\w-]+)$/.exec(new URL(request.url).pathname)?.[1] ?? '';
    const ticket = parseTicket(sealer.open(token, PURPOSE) ?? '');
    if (!ticket) throw invalidTicketError();
    checkContentLength(request, MAX_IMAGE_BYTES);
    const leave = await admission.acquire(request.signal, ticket.apiKey);
    try {
      return await useOnce(request, ticket, await singleUse.begin(ticket.nonce));
    } finally {
      leave();
    }
  };

  return {
    issue(baseUrl, apiKey, target) {
      const { token, expiresAt } = sealer.issue(serializeTicket({ apiKey, target, nonce: randomUUID() }), PURPOSE);
      return { url: `${baseUrl}/uploads/${token}`, expiresAt };
    },

    async serve(request) {
      if (request.method === 'OPTIONS') return preflightResponse();
      const received = receive(request);
      underWay.add(received);
      try {
        return await received;
      } catch (error) {
        // Whoever left hears no answer, and leaving is not a failure.
        return errorResponse(request.signal.aborted ? incompleteBody() : (toImageError(error) ?? maskError(error)));
      } finally {
        underWay.delete(received);
      }
    },

    async dispose() {
      await Promise.allSettled(underWay);
    },
  };
}

/** The upstream takes no more of a picture. The sender is not to blame. */
const upstreamStalledError = ({ target }: Ticket) =>
  new UpstreamError(operationOf(target), 'timeout', 'the upstream did not take all of a picture in time');

const operationOf = ({ replace }: UploadTarget) => (replace === undefined ? 'uploadDataItem' : 'replaceDataItem');

/** @throws UpstreamError when the upstream says that it has stored a picture of which it has a part at most. */
function requireComplete({ wholeAt }: UploadStream, target: UploadTarget): void {
  if (wholeAt !== undefined) return;
  const message = 'expected an answer behind the end of a picture, got one before';
  throw new UpstreamError(operationOf(target), 'invalid-response', message);
}

/** Whether a failure says for sure that nothing happened. */
const isDefiniteFailure = (error: unknown): boolean =>
  error instanceof UpstreamError && error.failure !== 'outcome-unknown';

const contentLengthOf = ({ headers }: Request): number | undefined => {
  const length = headers.get('content-length');
  return length === null ? undefined : Number(length);
};
