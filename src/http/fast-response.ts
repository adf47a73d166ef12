import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { FetchAPI } from 'graphql-yoga';
import { stringifyResult } from '../operations/shared-result.ts';
import { toResponse } from './result-response.ts';

/** How a response is written. */
export interface ResponseOptions {
  /** A JSON media type. */
  mediaType: string;
  /** The headers of the response besides those of its body: alternating names and values. */
  headers: readonly string[];
  fetchAPI: FetchAPI;
}

/** Writes a result as Yoga's response to it, byte for byte. */
export function writeResult(
  response: ServerResponse,
  result: ExecutionResult,
  { mediaType, headers, fetchAPI }: ResponseOptions,
): void | Promise<void> {
  if (result.errors) return writeResponse(response, toResponse(result, fetchAPI, mediaType), headers);
  return writeData(response, result, mediaType, headers);
}

/** A response with data that is ready to be sent. */
interface ReadyResponse {
  readonly response: ServerResponse;
  readonly text: string;
  /** For ASCII both encodings are the same, and Latin-1 is written faster. */
  readonly encoding: 'latin1' | 'utf8';
  readonly headers: string[];
}

/** The responses that became ready while the event loop was handling its present input. */
let ready: ReadyResponse[] = [];

function writeData(
  response: ServerResponse,
  result: ExecutionResult,
  mediaType: string,
  headers: readonly string[],
): void {
  const text = stringifyResult(result);
  const length = Buffer.byteLength(text);
  ready.push({
    response,
    text,
    encoding: length === text.length ? 'latin1' : 'utf8',
    headers: ['content-type', `${mediaType}; charset=utf-8`, 'content-length', String(length), ...headers],
  });
  if (ready.length === 1) setImmediate(sendReady);
}

/**
 * Sends all responses that are ready, after the event loop has handled its input. Each write wakes a client that waits for it,
 * which costs more than everything else about a small response; of several in a row, only the first does.
 */
function sendReady(): void {
  const responses = ready;
  ready = [];
  for (const { response, text, encoding, headers } of responses) {
    // The client may have disconnected meanwhile.
    if (response.destroyed) continue;
    try {
      response.writeHead(200, headers);
      response.write(text, encoding);
      // Without this, `end` sends headers and body in one vectored write, which is slower.
      response.socket?.uncork();
      response.end();
    } catch (error) {
      // One response that cannot be sent must not stop the others.
      response.destroy(error as Error);
    }
  }
}

async function writeResponse(to: ServerResponse, response: Response, headers: readonly string[]): Promise<void> {
  const bodyHeaders: string[] = [];
  response.headers.forEach((value, name) => void bodyHeaders.push(name.toLowerCase(), value));
  const text = await response.text();
  to.writeHead(response.status, [...bodyHeaders, ...headers]);
  to.end(text);
}
