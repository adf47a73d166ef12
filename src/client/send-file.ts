import { type Endpoint, noResponse } from './http.ts';

/** A `PUT` of a file. */
export interface FileRequest {
  url: string;
  file: Blob;
  /** Not aborted yet. */
  signal: AbortSignal;
  /** Called with the number of bytes sent so far; with all at the end, where the runtime cannot report them. */
  onSent: (bytes: number) => void;
}

/** Sends a file. @throws FlairError NETWORK_ERROR without a response, or the reason of the signal. */
export type SendFile = (request: FileRequest) => Promise<Response>;

/** With `XMLHttpRequest`, because `fetch` reports no progress of uploads in browsers. */
export const sendByXhr: SendFile = async ({ url, file, signal, onSent }) => {
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  signal.addEventListener('abort', abort);
  await new Promise((resolve) => {
    request.open('PUT', url);
    request.responseType = 'blob';
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onloadend = resolve;
    request.send(file);
  });
  signal.removeEventListener('abort', abort);
  const { status, response } = request;
  if (status > 0) {
    // A response with status 204, 205 or 304 may have no body, not even an empty one.
    return new Response(response.size > 0 ? response : null, {
      status,
      headers: { 'retry-after': request.getResponseHeader('retry-after') ?? '' },
    });
  }
  signal.throwIfAborted();
  throw noResponse(url);
};

/** With `fetch`; in Node.js as a stream whose progress is known, elsewhere as a whole. */
export const sendByFetch =
  (endpoint: Endpoint): SendFile =>
  async ({ url, file, signal, onSent }) => {
    // Browsers send a stream only over HTTP/2.
    const body = isNode ? { body: countBytes(file, onSent), duplex: 'half' } : { body: file };
    try {
      return await endpoint.fetch(url, { method: 'PUT', signal, ...body });
    } finally {
      if (!isNode) onSent(file.size);
    }
  };

const isNode = globalThis.process?.versions?.node !== undefined;

function countBytes(file: Blob, onSent: (bytes: number) => void): ReadableStream<Uint8Array> {
  let sent = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sent += chunk.byteLength;
      onSent(sent);
      controller.enqueue(chunk);
    },
  });
  return file.stream().pipeThrough(counter);
}
