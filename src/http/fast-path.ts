import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import type { FetchAPI } from 'graphql-yoga';
import type { RateLimit } from '../limits/rate-limit.ts';
import { selectOperation } from '../limits/select-operation.ts';
import type { OperationRequest, Operations } from '../operations/operations.ts';
import { SharedResult } from '../operations/shared-result.ts';
import type { DocumentCache } from '../persisted-documents/document-cache.ts';
import type { Documents } from '../persisted-documents/documents.ts';
import { mapMaybePromise } from '../util/promises.ts';
import type { OriginRequest } from './cors.ts';
import { EVENT_STREAM } from './event-stream.ts';
import { type BodyOptions, restoreBody, readBody } from './fast-body.ts';
import { readParams } from './fast-params.ts';
import { FastRequest } from './fast-request.ts';
import { jsonTypeFor } from './media-types.ts';
import { toResponse } from './result-response.ts';

export interface FastPathOptions {
  /** Where the graph lies. */
  endpoint: string;
  /** The longest body, in bytes, and how it is waited for. */
  body: BodyOptions & { bytes: number; tooSlow: () => Error };
  /** Which documents requests ask for. */
  documents: Documents;
  documentCache: DocumentCache;
  operations: Operations;
  /** What one address may ask. */
  addressRate: RateLimit;
  /** The headers of every answer, besides those about its body. */
  headersFor: (visit: OriginRequest) => readonly string[];
  maskError: (error: unknown) => GraphQLError;
  fetchAPI: FetchAPI;
}

/**
 * The way of plain queries into the graph: a POST of JSON with a document that was found valid before. Its answers are
 * those of Yoga's way, byte for byte; whatever is not that plain goes there.
 */
export interface FastPath {
  /** Whether a request may be answered here, by its head. */
  accepts(request: IncomingMessage): boolean;
  /**
   * Answers a request.
   *
   * @param address Whence it comes.
   * @returns False when it is to go the other way after all; its body is then in its `body`.
   */
  respond(request: IncomingMessage, response: ServerResponse, address: string | undefined): Promise<boolean>;
}

const JSON_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);

export function createFastPath(options: FastPathOptions): FastPath {
  const { endpoint, documents, documentCache: known, operations, addressRate: addresses, maskError } = options;

  /** What a body asks for, if it is a query that may be answered here. */
  const read = (body: Buffer, request: FastRequest): OperationRequest | undefined => {
    const params = readParams(body);
    const text = params && documents.find(params);
    const document = typeof text === 'string' ? known.find(text) : undefined;
    if (!params || !document) return undefined;
    const operation = selectOperation(document, params.operationName);
    if (operation instanceof GraphQLError || operation.operation !== OperationTypeNode.QUERY) return undefined;
    if (typeof text === 'string') documents.confirm(text);
    // Named one by one: objects that are made of others by `...` are slow to make, and outlive their time.
    const { operationName, variables: variableValues } = params;
    return { document, operationName, variableValues, transport: { request } };
  };

  const masked = (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map(maskError) } : result;
  const failed = (error: unknown): ExecutionResult => ({ errors: [maskError(error)] });

  const execute = (asked: OperationRequest): ExecutionResult | Promise<ExecutionResult> => {
    try {
      const result = operations.execute(asked);
      return result instanceof Promise ? result.then(masked, failed) : masked(result);
    } catch (error) {
      return failed(error);
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
        // Yoga builds a URL without one (HTTP/1.0).
        headers.host !== undefined &&
        headers.host !== '' &&
        headers['content-encoding'] === undefined &&
        JSON_TYPES.has(headers['content-type'] ?? '') &&
        // A stream waits for its share of the rate instead of being refused.
        headers.accept !== EVENT_STREAM &&
        length !== undefined &&
        Number(length) > 0 &&
        Number(length) <= options.body.bytes
      );
    },

    respond: (request, response, address) =>
      new Promise((resolve, reject) => {
        const answerTo = (body: Buffer | undefined): boolean | Promise<boolean> => {
          const mediaType = jsonTypeFor(request.headers.accept ?? '');
          const asked = body && mediaType ? read(body, new FastRequest(request, response)) : undefined;
          if (!asked || (address !== undefined && addresses.count(address))) {
            restoreBody(request, body, options.body.tooSlow);
            return false;
          }
          const result = execute(asked);
          const written = mapMaybePromise(result, (plain) => write(request, response, plain, mediaType));
          return mapMaybePromise(written, () => true);
        };
        readBody(request, options.body, (body) => {
          try {
            if (!body && request.destroyed) return resolve(true);
            resolve(answerTo(body));
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
  // In ASCII both are the same, and this one is written faster.
  response.write(text, length === text.length ? 'latin1' : 'utf8');
  // `end` alone would send nothing behind it, and both as a vector, which costs more.
  response.socket?.uncork();
  response.end();
}

async function writeResponse(response: ServerResponse, answer: Response, headers: readonly string[]): Promise<void> {
  const about: string[] = [];
  answer.headers.forEach((value, name) => void about.push(name.toLowerCase(), value));
  const text = await answer.text();
  response.writeHead(answer.status, [...about, ...headers]);
  response.end(text);
}
