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

/**
 * The path alone, without what may be secret in it: everything after a known prefix, and every long segment of any other
 * path, because a sealed token may come in another spelling of its path.
 */
const safePath = (url: string): string => {
  if (url === '/graphql') return url;
  const path = url.split('?', 1)[0] ?? '';
  const [prefix] = /^\/(?:images|uploads)\//.exec(path) ?? [];
  if (prefix) return `${prefix}…`;
  const segments = path.split('/', MOST_SEGMENTS + 1);
  const safe = segments.slice(0, MOST_SEGMENTS).map((segment) => (segment.length > LONGEST_SEGMENT ? '…' : segment));
  return segments.length > MOST_SEGMENTS ? `${safe.join('/')}/…` : safe.join('/');
};

/** Sealed tokens have more than a hundred characters, and are one segment. */
const LONGEST_SEGMENT = 32;
const MOST_SEGMENTS = 8;

/** More than any address with its zone and port, in characters. */
const LONGEST_ADDRESS = 100;

/** The client's address; behind a proxy of ours the last one that it added. */
export function clientOf(request: IncomingMessage, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : '';
  return forwarded?.slice(0, LONGEST_ADDRESS) || request.socket.remoteAddress;
}
