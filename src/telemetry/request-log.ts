import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { monotonicNow } from '../util/clocks.ts';

/**
 * A request has come. Its line holds no header, no body, no query string and no sealed token, because each of them may hold
 * a secret.
 *
 * @param client Whence it comes; the socket may be gone by the time the answer is.
 * @returns Writes one line, when the request has been answered or its client has left.
 */
export function logRequest(
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
  client: string | undefined,
): () => void {
  const start = monotonicNow();
  return () => {
    const line: RequestLine = {
      method: request.method,
      path: safePath(request.url ?? '/'),
      status: response.statusCode,
      ms: Math.round(monotonicNow() - start),
      client,
    };
    if (!response.writableFinished) line.left = true;
    log.info(line, 'request');
  };
}

interface RequestLine {
  method: string | undefined;
  path: string;
  status: number;
  /** From the request to the end of its answer, in milliseconds. */
  ms: number;
  client: string | undefined;
  /** The client did not wait for all of it. */
  left?: true;
}

/** The path alone, without what is secret in it. */
const safePath = (url: string): string =>
  url === '/graphql' ? url : (url.split('?', 1)[0] ?? '').replace(/(\/(?:images|uploads)\/).*/, '$1…');

/** The client's address; behind a proxy of ours the last one that it added. */
export function clientOf(request: IncomingMessage, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : '';
  return forwarded || request.socket.remoteAddress;
}
