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

function writeData(
  response: ServerResponse,
  result: ExecutionResult,
  mediaType: string,
  headers: readonly string[],
): void {
  const text = stringifyResult(result);
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
