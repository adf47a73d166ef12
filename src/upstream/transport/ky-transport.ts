import ky, { HTTPError } from 'ky';
import type { Operation } from '../../contract/contract.ts';
import { inPieces } from '../../util/pieces.ts';
import { errorMessageIn } from '../decode/error-message.ts';
import { parseRetryAfter } from '../decode/retry-after.ts';
import { MAX_RESPONSE_BYTES, readBytes, textOf } from './body.ts';
import type { ConnectionOwner } from './connection-pool.ts';
import { MAX_ERROR_BYTES, NetworkError, StatusError } from './errors.ts';
import type { Network, SendOptions } from './network.ts';
import { isJson, type ReadTransport } from './transport.ts';

/** How a request reaches an upstream inside the process, such as the embedded sandbox. It is sent when this is called. */
export type Transport = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

/** Bytes that are sent while they come. They can be sent but once, so nothing that failed is sent again. */
export interface OutgoingStream {
  readonly body: ReadableStream<Uint8Array>;
  /** In bytes; undefined when nobody knows before the end. */
  readonly byteSize: number | undefined;
  /**
   * When all of it was handed over, by the monotonic clock, in milliseconds. Until then it is undefined, and the upstream
   * has a part of it at most, which it cannot store.
   */
  readonly wholeAt: number | undefined;
  /** How long it may take to come, on top of an operation's usual time, in milliseconds. */
  readonly milliseconds: number;
}

export interface FetchRequest {
  readonly method: Operation['method'];
  /** The contract's path, filled, with its query. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Called right before any of it can reach the upstream. Unless it was called, nothing has happened. */
  readonly onSent: () => void;
  readonly json?: unknown;
  readonly bytes?: Uint8Array | undefined;
  readonly stream?: OutgoingStream | undefined;
}

/**
 * Sends a request over the fetch API, once, and hands a successful answer to `read`.
 *
 * @throws StatusError or NetworkError; what `read` throws.
 */
export type SendOverFetch = <Result>(
  request: FetchRequest,
  read: (response: Response) => Promise<Result>,
) => Promise<Result>;

export interface KyTransportOptions {
  /** Absolute address under which the contract's paths lie, without a trailing slash. */
  baseUrl: string;
  transport: Transport | Network;
  /** Whose share of the connections requests take. */
  owner: ConnectionOwner;
  /** What every request carries. */
  headers: Readonly<Record<string, string>>;
  /** Takes the key out of a text of the upstream. */
  redact: (text: string) => string;
  /** The wall clock, in milliseconds since the epoch: `Retry-After` may be a date. */
  now: () => number;
  /** The longest `Retry-After` that is respected, in seconds. */
  maxRetryAfterSeconds: number;
}

/** The road for everything that is rare, large or no JSON. */
export function createKyTransport(options: KyTransportOptions): SendOverFetch {
  const { baseUrl, transport, owner, headers } = options;
  const http = ky.create({
    prefixUrl: baseUrl,
    headers,
    timeout: false,
    redirect: 'manual',
    // Sending again is decided by the policy, where the clock and the breaker are.
    retry: 0,
  });

  return async ({ method, path, signal, onSent, json, bytes, stream }, read) => {
    // The body is added behind ky, which would copy it.
    const body = json === undefined ? (stream?.body ?? (bytes && inPieces(bytes))) : JSON.stringify(json);
    const byteSize = stream ? stream.byteSize : bytes?.byteLength;
    try {
      const response = await http(path.slice(1), {
        method,
        signal,
        fetch: (input, init) => sendOver(transport, new Request(input, init), { body, owner, onSent }),
        ...(body !== undefined && { headers: typeof body === 'string' ? JSON_TYPE : headersOf(byteSize) }),
      });
      return await read(response);
    } catch (error) {
      if (error instanceof HTTPError) throw await refusal(error.response, options);
      // `fetch` reports every failure of the network as a TypeError with the cause; a mistake in our code has no cause.
      if (error instanceof TypeError && error.cause !== undefined) throw new NetworkError(error);
      throw error;
    }
  };
}

/** Reads over the fetch API, where there is no pool. */
export const readByFetch =
  (send: SendOverFetch): ReadTransport =>
  (request, { signal }, done) =>
    void send({ method: 'GET', path: request.path, signal, onSent: () => {} }, async (response) => {
      const { other } = request;
      if (!other || isJson(response.headers.get('content-type'))) {
        return request.made(await readBytes(response, MAX_RESPONSE_BYTES));
      }
      await ignoreBody(response);
      return other();
    }).then(
      (result) => done.resolve(result),
      (error: unknown) => done.reject(error),
    );

/** For operations whose answer says nothing: frees the connection. */
export const ignoreBody = async (response: Response): Promise<void> => {
  // Not awaited: a body that was split in two only ends when the other half does.
  void response.body?.cancel().catch(() => {});
};

async function refusal(
  response: Response,
  { now, redact, maxRetryAfterSeconds: max }: Pick<KyTransportOptions, 'now' | 'redact' | 'maxRetryAfterSeconds'>,
): Promise<StatusError> {
  const retryAfter = parseRetryAfter(response.headers.get('retry-after'), { now: now(), max });
  // A status is enough where the words cannot be had.
  const said = await readBytes(response, MAX_ERROR_BYTES).then(
    (bytes) => errorMessageIn(textOf(bytes), response.headers.get('content-type'), redact),
    () => undefined,
  );
  return new StatusError(response.status, { retryAfter, said });
}

/** Sends a request whose body is given apart from it. */
export function sendOver(transport: Transport | Network, request: Request, options: SendOptions): Promise<Response> {
  if (typeof transport !== 'function') return transport.send(request, options);
  const { body, onSent } = options;
  const init: RequestInit & { duplex: 'half' } = { body: body ?? null, duplex: 'half' };
  onSent();
  return transport(body === undefined ? request : new Request(request, init));
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BYTES = { 'content-type': 'application/octet-stream' };

const headersOf = (byteSize: number | undefined): Record<string, string> =>
  byteSize === undefined ? BYTES : { ...BYTES, 'content-length': String(byteSize) };
