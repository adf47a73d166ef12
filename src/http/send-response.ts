import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/**
 * Sends a Fetch response over HTTP, reading its body only as fast as the client takes it. The headers go out at once,
 * however late the first bytes of the body are.
 *
 * A body that fails aborts the connection, so that the client sees an incomplete body; `to.errored` is then the failure.
 * A client that disconnects cancels the body.
 *
 * @param onBodyFailure Receives the failure of a body whose client was still there.
 * @throws TypeError when a header cannot be sent. Never what the body fails with.
 */
export async function sendResponse(
  { status, headers, body }: Response,
  to: ServerResponse,
  onBodyFailure: (error: unknown) => void,
): Promise<void> {
  const source = body && readableOf(body);
  // A failure after the end of the pipeline concerns no one, and without a listener it would end the process.
  source?.on('error', () => {});
  if (to.destroyed) {
    source?.destroy();
    return;
  }
  try {
    to.writeHead(status, flatten(headers));
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
  // Where the end of the connection is the end of the body (HTTP/1.0), only a reset tells a part from the whole.
  if (!to.chunkedEncoding && !headers.has('content-length'))
    source.once('error', () => void to.socket?.resetAndDestroy());
  try {
    await pipeline(source, to);
  } catch (error) {
    // A client that has disconnected leaves `errored` empty.
    if (to.errored) onBodyFailure(error);
  } finally {
    clearImmediate(flushing);
  }
}

/** The body as a Node.js stream. Those of GraphQL Yoga's own responses are one already. */
const readableOf = (body: ReadableStream): Readable =>
  // The platform's stream and that of `node:stream/web` are one class; only their type declarations differ.
  body instanceof Readable ? body : Readable.fromWeb(body as NodeReadableStream);

/** Names and values in turn, so that several headers may share a name, such as Set-Cookie. */
function flatten(headers: Headers): string[] {
  const flat: string[] = [];
  headers.forEach((value, name) => void flat.push(name, value));
  return flat;
}
