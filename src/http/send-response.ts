import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/**
 * Sends a Fetch response over HTTP, reading its body only as fast as the client receives it. The headers are sent at
 * once, even if the first bytes of the body are late.
 *
 * A body that fails aborts the connection, so that the client sees an incomplete body; `to.errored` is then the
 * failure, before its `close` event. A client that disconnects cancels the body.
 *
 * @param requestId Value of the header `x-request-id`.
 * @throws TypeError when a header is invalid. Never the failure of the body.
 */
export async function sendResponse(
  { status, headers, body }: Response,
  to: ServerResponse,
  requestId: string,
): Promise<void> {
  const source = body && readableOf(body);
  // A failure after the end of the pipeline has no effect, but without a listener it would end the process.
  source?.on('error', () => {});
  if (to.destroyed) {
    source?.destroy();
    return;
  }
  try {
    to.writeHead(status, [...flatten(headers), 'x-request-id', requestId]);
  } catch (error) {
    source?.destroy();
    throw error;
  }
  if (!source || to.req.method === 'HEAD') {
    source?.destroy();
    to.end();
    return;
  }
  const flushing = setImmediate(() => to.flushHeaders());
  source.once('data', () => clearImmediate(flushing));
  // If the end of the connection is the end of the body (HTTP/1.0), only a reset shows that the body is incomplete.
  if (!to.chunkedEncoding && !headers.has('content-length'))
    source.once('error', () => void to.socket?.resetAndDestroy());
  try {
    await pipeline(source, to);
  } catch {
    // `errored` is the failure of the body. A client that has disconnected leaves it empty.
  } finally {
    clearImmediate(flushing);
  }
}

/** The body as a Node.js stream, which bodies of GraphQL Yoga's own responses already are. */
const readableOf = (body: ReadableStream): Readable =>
  // The platform's stream and that of `node:stream/web` are one class; only their type declarations differ.
  body instanceof Readable ? body : Readable.fromWeb(body as NodeReadableStream);

/** Alternating names and values, so that several headers may share a name, such as Set-Cookie. */
function flatten(headers: Headers): string[] {
  const flat: string[] = [];
  headers.forEach((value, name) => void flat.push(name, value));
  return flat;
}
