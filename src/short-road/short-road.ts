import type { IncomingMessage, ServerResponse } from 'node:http';
import { type DocumentNode, type ExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { type FetchAPI, processRegularResult } from 'graphql-yoga';
import type { Visit } from '../access/origins.ts';
import type { Rate } from '../access/rates.ts';
import type { Documents } from '../documents/documents.ts';
import type { KnownDocuments } from '../documents/known.ts';
import { chosenOperation } from '../limits/chosen-operation.ts';
import type { Operations } from '../operations/operations.ts';
import { SharedResult } from '../shared-result.ts';
import { type BodyOptions, passOn, readBody } from './body.ts';
import type { MediaTypeFor } from './media-type.ts';
import { readParams } from './params.ts';
import { ShortRequest } from './request.ts';

export interface ShortRoadOptions {
  /** Where the graph lies. */
  endpoint: string;
  /** The longest body, in bytes, and how it is waited for. */
  body: BodyOptions & { bytes: number; tooSlow: () => Error };
  /** Which documents requests ask for. */
  documents: Documents;
  known: KnownDocuments;
  operations: Operations;
  mediaTypeFor: MediaTypeFor;
  /** What one address may ask. */
  addresses: Rate;
  /** The headers of every answer, besides those about its body. */
  headersFor: (visit: Visit) => readonly string[];
  maskError: (error: unknown) => GraphQLError;
  fetchAPI: FetchAPI;
}

/**
 * The way of plain queries into the graph: a POST of JSON with a document that was found valid before. Its answers are
 * those of Yoga's way, byte for byte; whatever is not that plain goes there.
 */
export interface ShortRoad {
  /** Whether a request may be answered here, by its head. */
  takes(request: IncomingMessage): boolean;
  /**
   * Answers a request.
   *
   * @param address Whence it comes.
   * @returns False when it is to go the other way after all; its body is then in its `body`.
   */
  answer(request: IncomingMessage, response: ServerResponse, address: string | undefined): Promise<boolean>;
}

const JSON_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);

export function createShortRoad(options: ShortRoadOptions): ShortRoad {
  const { endpoint, documents, known, operations, addresses, maskError } = options;

  /** The document and the operation that a body asks for, if it is a query that may be answered here. */
  const read = (body: Buffer) => {
    const params = readParams(body);
    const text = params && documents.find(params);
    const document = typeof text === 'string' ? known.find(text) : undefined;
    if (!params || !document) return undefined;
    const operation = chosenOperation(document, params.operationName);
    if (operation instanceof GraphQLError || operation.operation !== OperationTypeNode.QUERY) return undefined;
    if (typeof text === 'string') documents.confirm(text);
    return { document, operationName: params.operationName, variableValues: params.variables };
  };

  const execute = async (asked: Asked, request: ShortRequest): Promise<ExecutionResult> => {
    try {
      const result = await operations.execute({ ...asked, transport: { request } });
      return result.errors ? { ...result, errors: result.errors.map(maskError) } : result;
    } catch (error) {
      return { errors: [maskError(error)] };
    }
  };

  return {
    takes({ method, url, headers }) {
      const length = headers['content-length'];
      return (
        method === 'POST' &&
        url === endpoint &&
        // The other road finds an address for who names none (HTTP/1.0).
        headers.host !== undefined &&
        JSON_TYPES.has(headers['content-type'] ?? '') &&
        length !== undefined &&
        Number(length) > 0 &&
        Number(length) <= options.body.bytes
      );
    },

    async answer(request, response, address) {
      const body = await readBody(request, options.body);
      if (!body && request.destroyed) return true;
      const asked = body && read(body);
      const accepted = options.mediaTypeFor(request.headers.accept ?? '');
      const mediaType = accepted instanceof Promise ? await accepted : accepted;
      if (!asked || !mediaType || (address !== undefined && addresses.count(address))) {
        passOn(request, body, options.body.tooSlow);
        return false;
      }
      const result = await execute(asked, new ShortRequest(request, response));
      const { origin, host } = request.headers;
      const headers = options.headersFor({ origin, host });
      if (result.errors) await send(response, processRegularResult(result, options.fetchAPI, mediaType), headers);
      else sendData(response, result, mediaType, headers);
      return true;
    },
  };
}

type Asked = { document: DocumentNode; operationName: string | null | undefined; variableValues: Values };
type Values = { readonly [name: string]: unknown } | null | undefined;

function sendData(
  response: ServerResponse,
  result: ExecutionResult,
  mediaType: string,
  headers: readonly string[],
): void {
  const text = result instanceof SharedResult ? result.stringify() : JSON.stringify(result);
  const length = Buffer.byteLength(text);
  response.writeHead(200, ['content-type', `${mediaType}; charset=utf-8`, 'content-length', String(length), ...headers]);
  // In ASCII both are the same, and this one is written faster.
  response.end(text, length === text.length ? 'latin1' : 'utf8');
}

async function send(response: ServerResponse, answer: Response, headers: readonly string[]): Promise<void> {
  const about: string[] = [];
  answer.headers.forEach((value, name) => void about.push(name.toLowerCase(), value));
  const text = await answer.text();
  response.writeHead(answer.status, [...about, ...headers]);
  response.end(text);
}
