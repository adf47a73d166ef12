import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import { describeCauses } from '../telemetry/problems.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import type { Requests } from '../telemetry/requests.ts';

/**
 * Records an HTTP request until its response has been sent or the client has disconnected. The record contains no
 * headers, body, query string and sealed tokens, because each of them may contain a secret.
 *
 * @param client Address of the client.
 * @param onClosed Called when the response has been sent, or the client has disconnected. A listener of its own would cost more.
 */
export function recordRequest(
  requests: Requests,
  request: IncomingMessage,
  response: ServerResponse,
  client: string | undefined,
  onClosed?: () => void,
): RequestRecord {
  const record = requests.start({ headers: request.headers, client, transport: 'http' });
  // Kept, because the response drops its socket when it ends.
  const { socket } = request;
  const bytesBefore = socket.bytesWritten;
  // Not `once`, which costs more: the event comes only once.
  response.on('close', () => {
    onClosed?.();
    record.bytes = socket.bytesWritten - bytesBefore;
    if (response.errored) record.failure ??= describeCauses(response.errored);
    requests.end(record, {
      // Without a response, the status that nginx uses for a client that has disconnected.
      status: response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST,
      hasLeft: !response.writableFinished,
      method: request.method,
      path: safePath(request.url ?? '/'),
    });
  });
  return record;
}

/**
 * Records a request that is rejected without a response object: a WebSocket handshake.
 *
 * @returns The id of the request.
 */
export function recordRejection(
  requests: Requests,
  request: IncomingMessage,
  client: string | undefined,
  { status, error }: { status: number; error: GraphQLError | undefined },
): string {
  const { headers, method, url = '/' } = request;
  const record = requests.start({ headers, client, transport: 'websocket' });
  record.route = 'graphql';
  if (error) record.addErrors([error]);
  requests.end(record, { status, method, path: safePath(url) });
  return record.id;
}

/**
 * The path without sealed tokens: it omits everything after `images` or `uploads` in any spelling, and every long
 * segment, because a client may send a token under another path.
 */
export function safePath(url: string): string {
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

/** Status of requests whose clients have disconnected before the response (nginx). */
const CLIENT_CLOSED_REQUEST = 499;

/** Sealed tokens are segments of more than a hundred characters. */
const MAX_SEGMENT_LENGTH = 32;
const MAX_SEGMENTS = 8;
