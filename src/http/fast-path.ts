import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { FetchAPI } from 'graphql-yoga';
import type { RateLimit } from '../limits/rate-limit.ts';
import { selectOperation } from '../limits/select-operation.ts';
import type { OperationRequest, Operations } from '../operations/operations.ts';
import { SharedResult } from '../operations/shared-result.ts';
import type { DocumentCache } from '../persisted-documents/document-cache.ts';
import type { PersistedDocuments } from '../persisted-documents/documents.ts';
import { mapMaybePromise } from '../util/promises.ts';
import type { OriginRequest } from './cors.ts';
import { EVENT_STREAM } from './event-stream.ts';
import { type BodyOptions, readBody, restoreBody } from './fast-body.ts';
import { readParams } from './fast-params.ts';
import { FastRequest } from './fast-request.ts';
import { jsonTypeFor } from './media-types.ts';
import { toResponse } from './result-response.ts';

export interface FastPathOptions {
  /** Path of the graph. */
  endpoint: string;
  /** Maximum size of a body, in bytes, its timeout, and the error after that. */
  body: BodyOptions & { bytes: number; tooSlow: () => Error };
  /** Finds the document of each request, persisted or not. */
  documents: PersistedDocuments;
  documentCache: DocumentCache;
  operations: Operations;
  /** Limits the requests of each client address. */
  addressRate: RateLimit;
  /** The headers of every response, besides those of its body. */
  headersFor: (request: OriginRequest) => readonly string[];
  maskError: (error: unknown) => GraphQLError;
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
   * @param address Address of the client.
   * @returns False if the request must go through Yoga after all; its body is then in `request.body`.
   */
  respond(request: IncomingMessage, response: ServerResponse, address: string | undefined): Promise<boolean>;
}

const JSON_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);

export function createFastPath(options: FastPathOptions): FastPath {
  const { endpoint, documents, documentCache, operations, addressRate, maskError } = options;

  /** The operation in a body, if it is a query of a validated document. */
  const read = (body: Buffer, request: FastRequest): OperationRequest | undefined => {
    const params = readParams(body);
    const text = params && documents.find(params);
    const document = typeof text === 'string' ? documentCache.find(text) : undefined;
    if (!params || !document) return undefined;
    const operation = selectOperation(document, params.operationName);
    if (operation instanceof GraphQLError || operation.operation !== OperationTypeNode.QUERY) return undefined;
    if (typeof text === 'string') documents.markValid(text);
    // Without `...`: objects made by spreading are slow to create and live longer than necessary.
    const { operationName, variables: variableValues } = params;
    return { document, operationName, variableValues, transport: { request } };
  };

  const maskErrors = (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map(maskError) } : result;
  const toErrorResult = (error: unknown): ExecutionResult => ({ errors: [maskError(error)] });

  const execute = (operation: OperationRequest): ExecutionResult | Promise<ExecutionResult> => {
    try {
      const result = operations.execute(operation);
      return result instanceof Promise ? result.then(maskErrors, toErrorResult) : maskErrors(result);
    } catch (error) {
      return toErrorResult(error);
    }
  };

  const write = (
    { headers: { origin, host } }: IncomingMessage,
    response: ServerResponse,
    result: ExecutionResult,
    mediaType: string,
  ): void | Promise<void> => {
    const headers = options.headersFor({ origin, host });
    if (result.errors) return writeResponse(response, toResponse(result, options.fetchAPI, mediaType), headers);
    return writeData(response, result, mediaType, headers);
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
        Number(length) <= options.body.bytes
      );
    },

    respond: (request, response, address) =>
      new Promise((resolve, reject) => {
        const respondTo = (body: Buffer | undefined): boolean | Promise<boolean> => {
          const mediaType = jsonTypeFor(request.headers.accept ?? '');
          const operation = body && mediaType ? read(body, new FastRequest(request, response)) : undefined;
          if (!operation || (address !== undefined && addressRate.count(address))) {
            restoreBody(request, body, options.body.tooSlow);
            return false;
          }
          const written = mapMaybePromise(execute(operation), (result) => write(request, response, result, mediaType));
          return mapMaybePromise(written, () => true);
        };
        readBody(request, options.body, (body) => {
          try {
            if (!body && request.destroyed) return resolve(true);
            resolve(respondTo(body));
          } catch (error) {
            reject(error);
          }
        });
      }),
  };
}

function writeData(
  response: ServerResponse,
  result: ExecutionResult,
  mediaType: string,
  headers: readonly string[],
): void {
  const text = result instanceof SharedResult ? result.stringify() : JSON.stringify(result);
  const length = Buffer.byteLength(text);
  response.writeHead(200, [
    'content-type',
    `${mediaType}; charset=utf-8`,
    'content-length',
    String(length),
    ...headers,
  ]);
  // For ASCII both encodings are the same, and Latin-1 is written faster.
  response.write(text, length === text.length ? 'latin1' : 'utf8');
  // Without this, `end` sends headers and body in one vectored write, which is slower.
  response.socket?.uncork();
  response.end();
}

async function writeResponse(to: ServerResponse, response: Response, headers: readonly string[]): Promise<void> {
  const bodyHeaders: string[] = [];
  response.headers.forEach((value, name) => void bodyHeaders.push(name.toLowerCase(), value));
  const text = await response.text();
  to.writeHead(response.status, [...bodyHeaders, ...headers]);
  to.end(text);
}
