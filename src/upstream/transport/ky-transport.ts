import ky, { HTTPError } from 'ky';
import type { Operation } from '../../contract/contract.ts';
import { unlessAborted } from '../../util/abort-signals.ts';
import { toChunkStream } from '../../util/byte-streams.ts';
import { errorMessageIn } from '../decode/error-message.ts';
import { parseRetryAfter } from '../decode/retry-after.ts';
import { MAX_RESPONSE_BYTES, readBody, textOf } from './body.ts';
import type { ConnectionOwner } from './connection-pool.ts';
import { MAX_ERROR_BYTES, NetworkError, StatusError } from './errors.ts';
import type { Network, SendOptions } from './network.ts';
import { isJson, type ReadTransport } from './transport.ts';

/** Sends a request to an upstream within the process, such as the embedded sandbox. It counts as sent from the call on. */
export type Transport = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

/** A streamed body of a request. It can be sent only once, so the request is not retried. */
export interface OutgoingStream {
  readonly body: ReadableStream<Uint8Array>;
  /** Size in bytes; undefined if it is unknown before the end. */
  readonly byteSize: number | undefined;
  /**
   * Time at which the last byte was passed on, by the monotonic clock, in milliseconds. Undefined until then: the upstream
   * has at most a part of the body, which it cannot store.
   */
  readonly completedAt: number | undefined;
  /** Time allowed for the body, in addition to the deadline of an operation, in milliseconds. */
  readonly milliseconds: number;
}

export interface FetchRequest {
  readonly method: Operation['method'];
  /** The path with its parameters and query. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Called right before the request can reach the upstream. Without this call nothing was sent. */
  readonly onSent: () => void;
  /** Called with the status of a successful response. @default it is not needed */
  readonly onSuccess?: ((status: number) => void) | undefined;
  readonly json?: unknown;
  readonly bytes?: Uint8Array | undefined;
  readonly stream?: OutgoingStream | undefined;
  /** Further headers: alternating names and values. @default none */
  readonly headers?: readonly string[] | undefined;
}

/**
 * Sends a request over the fetch API, once, and passes a successful response to `read`.
 *
 * @throws StatusError or NetworkError; any error of `read`.
 */
export type SendOverFetch = <Result>(
  request: FetchRequest,
  read: (response: Response) => Promise<Result>,
) => Promise<Result>;

export interface KyTransportOptions {
  /** Absolute URL to which the contract's paths are appended, without a trailing slash. */
  baseUrl: string;
  transport: Transport | Network;
  /** The API key for which connections are acquired. */
  owner: ConnectionOwner;
  /** Headers of every request. */
  headers: Readonly<Record<string, string>>;
  /** Redacts the API key in a text of the upstream. */
  redact: (text: string) => string;
  /** The wall clock, in milliseconds since the epoch: `Retry-After` may be a date. */
  now: () => number;
  /** Maximum delay accepted from `Retry-After`, in seconds; longer ones are capped. */
  maxRetryAfterSeconds: number;
}

/** Creates the transport for requests that are rare, large or not JSON. */
export function createKyTransport(options: KyTransportOptions): SendOverFetch {
  const { baseUrl, transport, owner, headers } = options;
  const http = ky.create({
    prefixUrl: baseUrl,
    headers,
    timeout: false,
    redirect: 'manual',
    // The request runner retries, which has the clock and the circuit breaker.
    retry: 0,
  });

  return async ({ method, path, signal, onSent, onSuccess, json, bytes, stream, headers: further = [] }, read) => {
    // The body is added after ky, which would copy it.
    const body = json === undefined ? (stream?.body ?? (bytes && toChunkStream(bytes))) : JSON.stringify(json);
    const byteSize = stream ? stream.byteSize : bytes?.byteLength;
    const bodyHeaders = body === undefined ? {} : typeof body === 'string' ? JSON_TYPE : headersOf(byteSize);
    try {
      const response = await http(path.slice(1), {
        method,
        signal,
        fetch: (input, init) => sendOver(transport, new Request(input, init), { body, owner, onSent }),
        headers: { ...toRecord(further), ...bodyHeaders },
      });
      onSuccess?.(response.status);
      return await read(response);
    } catch (error) {
      if (error instanceof HTTPError) throw await statusErrorOf(error.response, signal, options);
      // `fetch` reports network errors as a TypeError with a cause; the TypeError of a bug has none.
      if (error instanceof TypeError && error.cause !== undefined) throw new NetworkError(error);
      throw error;
    }
  };
}

/** Creates a transport for reads over the fetch API, used without a connection pool. */
export const readByFetch =
  (send: SendOverFetch): ReadTransport =>
  (request, { signal }, done) =>
    void send(
      { method: 'GET', path: request.path, signal, onSent: () => {}, onSuccess: done.onSuccess, headers: done.headers },
      async (response) => {
        const { readNonJson } = request;
        if (!readNonJson || isJson(response.headers.get('content-type'))) {
          return request.resultOf(await unlessAborted(readBody(response, MAX_RESPONSE_BYTES), signal));
        }
        await ignoreBody(response);
        return readNonJson();
      },
    ).then(
      (result) => done.resolve(result),
      (error: unknown) => done.reject(error),
    );

/** Cancels the body of a response that is not needed, which frees the connection. */
export const ignoreBody = async (response: Response): Promise<void> => {
  // Not awaited: a body that was cloned ends only when its clone does.
  void response.body?.cancel().catch(() => {});
};

async function statusErrorOf(
  response: Response,
  signal: AbortSignal,
  { now, redact, maxRetryAfterSeconds: max }: Pick<KyTransportOptions, 'now' | 'redact' | 'maxRetryAfterSeconds'>,
): Promise<StatusError> {
  const retryAfter = parseRetryAfter(response.headers.get('retry-after'), { now: now(), max });
  // The status is enough if the body cannot be read.
  const upstreamMessage = await unlessAborted(readBody(response, MAX_ERROR_BYTES), signal).then(
    (bytes) => errorMessageIn(textOf(bytes), response.headers.get('content-type'), redact),
    () => undefined,
  );
  return new StatusError(response.status, { retryAfter, upstreamMessage });
}

/** Sends a request with a body that is passed separately. */
export function sendOver(transport: Transport | Network, request: Request, options: SendOptions): Promise<Response> {
  if (typeof transport !== 'function') return transport.send(request, options);
  const { body, onSent } = options;
  const init: RequestInit & { duplex: 'half' } = { body: body ?? null, duplex: 'half' };
  onSent();
  // A function that ignores the signal must not occupy a slot of the request queue.
  return unlessAborted(transport(body === undefined ? request : new Request(request, init)), request.signal);
}

/** Converts alternating names and values. */
function toRecord(headers: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) record[headers[at] ?? ''] = headers[at + 1] ?? '';
  return record;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BYTES = { 'content-type': 'application/octet-stream' };

const headersOf = (byteSize: number | undefined): Record<string, string> =>
  byteSize === undefined ? BYTES : { ...BYTES, 'content-length': String(byteSize) };
