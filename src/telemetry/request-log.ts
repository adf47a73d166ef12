import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';

/**
 * Writes one line when a request has been answered or its client has left. It holds no header, no body, no query string
 * and no sealed token, because each of them may hold a secret.
 *
 * @param trustProxy Takes the client's address from `X-Forwarded-For`, because a proxy of ours sets it.
 */
export function logRequest(log: Logger, trustProxy: boolean, request: IncomingMessage, response: ServerResponse): void {
  const start = performance.now();
  // The socket may be gone by the time the answer is.
  const client = clientOf(request, trustProxy);
  response.once('close', () => {
    log.info(
      {
        method: request.method,
        path: safePath(request.url ?? '/'),
        status: response.statusCode,
        ms: Math.round(performance.now() - start),
        client,
        ...(!response.writableFinished && { left: true }),
      },
      'request',
    );
  });
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
