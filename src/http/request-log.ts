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
 * The path alone, without what may be secret in it: what follows `images` or `uploads` in any spelling, and every long
 * segment, because a sealed token may come under another path.
 */
function safePath(url: string): string {
  if (url === '/graphql') return url;
  const encoded = url.split('?', 1)[0] ?? '';
  const path = encoded.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const secret = /images|uploads/i.exec(path);
  const shown = secret ? `${path.slice(0, secret.index)}${secret[0]}/…` : path;
  const segments = shown.split('/', MAX_SEGMENTS + 1);
  const safe = segments.map((segment, index) =>
    segment.length > MAX_SEGMENT_LENGTH || index === MAX_SEGMENTS ? '…' : segment,
  );
  return safe.join('/');
}

/** Sealed tokens have more than a hundred characters, and are one segment. */
const MAX_SEGMENT_LENGTH = 32;
const MAX_SEGMENTS = 8;

/** More than any address with its zone and port, in characters. */
const MAX_ADDRESS_LENGTH = 100;

/** The client's address; behind a proxy of ours the last one that it added. */
export function clientOf(request: IncomingMessage, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : '';
  return forwarded?.slice(0, MAX_ADDRESS_LENGTH) || request.socket.remoteAddress;
}
