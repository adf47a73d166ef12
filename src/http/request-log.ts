import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { monotonicNow } from '../util/clocks.ts';

/**
 * Logs a request, without headers, body, query string and sealed tokens, because each of them may contain a secret.
 *
 * @param client Address of the client, read now because the socket may be closed at the end.
 * @returns A function that writes the line, to be called when the response has been sent or the client has
 * disconnected.
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
  /** Time from the request to the end of its response, in milliseconds. */
  ms: number;
  client: string | undefined;
  /** Set if the client disconnected before the end of the response. */
  left?: true;
}

/**
 * The path without sealed tokens: it omits everything after `images` or `uploads` in any spelling, and every long
 * segment, because a client may send a token under another path.
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

/** Sealed tokens are segments of more than a hundred characters. */
const MAX_SEGMENT_LENGTH = 32;
const MAX_SEGMENTS = 8;

/** Enough for any address with its zone and port, in characters. */
const MAX_ADDRESS_LENGTH = 100;

/** Address of the client. With a trusted proxy: the last entry of `X-Forwarded-For`, which that proxy added. */
export function clientOf(request: IncomingMessage, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy
    ? String(request.headers['x-forwarded-for'] ?? '')
        .split(',')
        .at(-1)
        ?.trim()
    : '';
  return forwarded?.slice(0, MAX_ADDRESS_LENGTH) || request.socket.remoteAddress;
}
