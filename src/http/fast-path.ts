import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DocumentNode, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { FetchAPI } from 'graphql-yoga';
import type { RateLimit } from '../limits/rate-limit.ts';
import { selectOperation } from '../limits/select-operation.ts';
import type { OperationRequest } from '../operations/operation-request.ts';
import type { Operations } from '../operations/operations.ts';
import type { PersistedDocuments } from '../persisted-documents/documents.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { mapMaybePromise } from '../util/promises.ts';
import type { OriginRequest } from './cors.ts';
import { EVENT_STREAM } from './event-stream.ts';
import type { ReadBody } from './fast-body.ts';
import { readParams } from './fast-params.ts';
import { FastRequest } from './fast-request.ts';
import type { writeResult } from './fast-response.ts';
import { jsonTypeFor } from './media-types.ts';

/** The steps of an operation that are special on the fast path. */
export interface FastPathSteps {
  rateLimit: Pick<RateLimit, 'count'>;
  body: ReadBody;
  document: PersistedDocuments['find'];
  /** Returns a document that has been validated before; undefined for any other. */
  validation: (text: string) => DocumentNode | undefined;
  masking: (result: ExecutionResult) => ExecutionResult;
  serialization: typeof writeResult;
}

export interface FastPathOptions {
  /** Path of the graph. */
  endpoint: string;
  steps: FastPathSteps;
  operations: Pick<Operations, 'execute'>;
  /** Maximum size of a body, in bytes. */
  maxBytes: number;
  /** Creates the error for a body that does not arrive in time. */
  tooSlow: () => GraphQLError;
  /** The headers of every response, besides those of its body. */
  headersFor: (request: OriginRequest) => readonly string[];
  fetchAPI: FetchAPI;
}

/**
 * Executes plain queries without Yoga: a POST of JSON with a document that has been validated before. Responses are
 * identical to Yoga's, byte for byte. All other requests go through Yoga.
 */
export interface FastPath {
  /** True if the method, path and headers of a request allow the fast path. */
  accepts(request: IncomingMessage): boolean;
  /**
   * Responds to a request.
   *
   * @param record Records the operation.
   * @returns Undefined once the response is sent; otherwise the request must go through Yoga after all.
   */
  respond(request: IncomingMessage, response: ServerResponse, record: RequestRecord): Promise<Declined | undefined>;
}

/** A request that the fast path leaves to Yoga. */
export interface Declined {
  /** The body, if it has been read. */
  readonly body: Buffer | undefined;
  /** True if the request has been counted against the rate of its address. */
  readonly isCounted: boolean;
}

const UNTOUCHED: Declined = { body: undefined, isCounted: false };

const JSON_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);

export function createFastPath({ endpoint, steps, operations, maxBytes, ...options }: FastPathOptions): FastPath {
  /** The operation in a body, if it is a query of a validated document. */
  const read = (body: Buffer, request: FastRequest, record: RequestRecord): OperationRequest | undefined => {
    const params = readParams(body);
    const text = params && steps.document(params);
    const document = typeof text === 'string' ? steps.validation(text) : undefined;
    if (!params || !document) return undefined;
    const operation = selectOperation(document, params.operationName);
    if (operation instanceof GraphQLError || operation.operation !== OperationTypeNode.QUERY) return undefined;
    // Without `...`: objects made by spreading are slow to create and live longer than necessary.
    const { operationName, variables: variableValues } = params;
    return { document, operationName, variableValues, transport: { request, record } };
  };

  const write = (
    { headers: { origin, host } }: IncomingMessage,
    response: ServerResponse,
    result: ExecutionResult,
    mediaType: string,
    record: RequestRecord,
  ): void | Promise<void> => {
    record.addErrors(result.errors);
    const headers = [...options.headersFor({ origin, host }), 'x-request-id', record.id];
    return steps.serialization(response, result, { mediaType, headers, fetchAPI: options.fetchAPI });
  };

  return {
    accepts({ method, url, headers }) {
      const length = headers['content-length'];
      return (
        method === 'POST' &&
        url === endpoint &&
        // Requests without a Host (HTTP/1.0) are left to Yoga.
        headers.host !== undefined &&
        headers.host !== '' &&
        headers['content-encoding'] === undefined &&
        JSON_TYPES.has(headers['content-type'] ?? '') &&
        // A subscription above the rate is delayed instead of rejected.
        headers.accept !== EVENT_STREAM &&
        length !== undefined &&
        Number(length) > 0 &&
        Number(length) <= maxBytes
      );
    },

    respond(request, response, record) {
      const mediaType = jsonTypeFor(request.headers.accept ?? '');
      if (!mediaType) return Promise.resolve(UNTOUCHED);
      const respondTo = (body: Buffer | undefined): undefined | Declined | Promise<undefined> => {
        if (!body && request.destroyed) return undefined;
        const operation = body && read(body, new FastRequest(request, response), record);
        if (body && !operation) return { body, isCounted: true };
        record.isOperation = true;
        record.route = 'graphql';
        const result = operation ? operations.execute(operation) : steps.masking({ errors: [options.tooSlow()] });
        const written = mapMaybePromise(result, (ready) => write(request, response, ready, mediaType, record));
        return mapMaybePromise(written, () => undefined);
      };
      const readBody = () =>
        new Promise<Declined | undefined>((resolve, reject) => {
          steps.body(request, (body) => {
            try {
              resolve(respondTo(body));
            } catch (error) {
              reject(error);
            }
          });
        });
      const { client } = record;
      const counted = client === undefined ? undefined : steps.rateLimit.count(client);
      if (!(counted instanceof Promise)) return counted ? Promise.resolve(UNTOUCHED) : readBody();
      return counted.then((error) => {
        if (error) return UNTOUCHED;
        return request.destroyed ? undefined : readBody();
      });
    },
  };
}
