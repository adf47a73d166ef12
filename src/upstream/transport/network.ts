import { Dispatcher, fetch } from 'undici';
import { decodeResponse } from '../decode/content-encoding.ts';
import {
  type Connection,
  type ConnectionOwner,
  ConnectionPool,
  type ConnectionSource,
  type PoolOptions,
  type Waiter,
} from './connection-pool.ts';
import { headerIn } from './undici-transport.ts';

export interface SendOptions {
  /** Sent instead of the body of the request, to avoid a copy. */
  readonly body?: string | ReadableStream<Uint8Array> | undefined;
  /** The API key for which a connection is acquired. */
  readonly owner: ConnectionOwner;
  /**
   * Called right before the request is written to a connected socket. Before that nothing reaches the upstream: an error
   * of name resolution, the connection, its certificate, a proxy or the wait for a free connection is safe to retry.
   */
  readonly onSent: () => void;
}

/** Sends requests over sockets, and reports when each is written. Does not follow redirects. */
export interface Network {
  send(request: Request, options: SendOptions): Promise<Response>;
}

/** @param pool Connections to the origin of all requests. */
function createNetwork(pool: ConnectionSource): Network {
  return {
    async send({ url, method, headers, signal }, { body, owner, onSent }) {
      let head: Head | undefined;
      const onHead = (received: Head) => {
        head = received;
      };
      const response = await fetch(url, {
        method,
        headers: [...headers],
        signal,
        redirect: 'manual',
        dispatcher: new PoolDispatcher({ pool, owner, signal, onSent, onHead }),
        ...(body !== undefined && { body, duplex: 'half' }),
      });
      // undici's Response equals the global one; only their type declarations differ.
      const received = response as unknown as Response;
      return decodeResponse(withStatus(received, head?.status), head?.contentEncoding);
    },
  };
}

/** The parts of the head of a response that are hidden from `fetch`. */
interface Head {
  readonly status: number;
  readonly contentEncoding: string | undefined;
}

/** After 421 `fetch` sends a request again by itself, even a write, and after 407 it fails (Fetch standard, 4.6). */
const HIDDEN_STATUSES: ReadonlySet<number> = new Set([407, 421]);

/** Restores a status that was hidden from `fetch`. */
function withStatus(response: Response, status: number | undefined): Response {
  if (status === undefined || status === response.status) return response;
  const { body, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

interface PooledOptions {
  readonly pool: ConnectionSource;
  readonly owner: ConnectionOwner;
  readonly signal: AbortSignal;
  readonly onSent: () => void;
  readonly onHead: (head: Head) => void;
}

/** Dispatches one request over a pooled connection. */
class PoolDispatcher extends Dispatcher {
  readonly #options: PooledOptions;

  constructor(options: PooledOptions) {
    super();
    this.#options = options;
  }

  override dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.#options.pool.acquire(new PooledRequest(request, handler, this.#options));
    return true;
  }
}

/**
 * One request: acquires a connection, reports when it is written, and releases the connection at its end. It forwards
 * undici's older handler methods, which `fetch` implements.
 */
class PooledRequest implements Dispatcher.DispatchHandler, Waiter {
  readonly #request: Dispatcher.DispatchOptions;
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #options: PooledOptions;
  #connection: Connection | undefined;

  constructor(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler, options: PooledOptions) {
    this.#request = request;
    this.#handler = handler;
    this.#options = options;
  }

  get owner(): ConnectionOwner {
    return this.#options.owner;
  }

  get isSettled(): boolean {
    return this.#options.signal.aborted;
  }

  use(connection: Connection): void {
    this.#connection = connection;
    connection.dispatch(this.#request, this);
  }

  /** undici calls this right before it writes the request to a connected socket, and writes nothing if it is aborted. */
  onConnect(abort: (error?: Error) => void): void {
    const { signal, onSent } = this.#options;
    if (signal.aborted) {
      abort(new Error('aborted before the connection was open'));
      return;
    }
    onSent();
    this.#handler.onConnect?.(abort);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    const contentEncoding = headerIn(headers, 'content-encoding');
    this.#options.onHead({ status, contentEncoding });
    // `fetch` would decode some codings itself, and pass others on.
    const visibleHeaders = contentEncoding === undefined ? headers : withoutHeader(headers, 'content-encoding');
    const visibleStatus = HIDDEN_STATUSES.has(status) ? 400 : status;
    return this.#handler.onHeaders?.(visibleStatus, visibleHeaders, resume, statusText) ?? true;
  }

  onData(chunk: Buffer): boolean {
    return this.#handler.onData?.(chunk) ?? true;
  }

  onComplete(trailers: string[] | null): void {
    const connection = this.#release();
    if (connection) this.#options.pool.release(connection);
    this.#handler.onComplete?.(trailers);
  }

  onError(error: Error): void {
    const connection = this.#release();
    if (connection) this.#options.pool.discard(connection);
    this.#handler.onError?.(error);
  }

  #release(): Connection | undefined {
    const connection = this.#connection;
    this.#connection = undefined;
    return connection;
  }
}

/** Removes a header from a list of alternating names and values. */
const withoutHeader = (headers: Buffer[], name: string): Buffer[] =>
  headers.filter((_, at) => headers[at - (at % 2)]?.toString('latin1').toLowerCase() !== name);

/** All connections to one upstream. */
export interface OpenNetwork extends Network {
  /** Connections for reads. Their number is limited, and they are shared fairly between API keys. */
  readonly reads: ConnectionPool;
  /** Closes all connections. Running requests fail. */
  destroy(): Promise<void>;
}

/**
 * Opens the connections to an upstream. Writes and images use a separate pool without a limit, because an upload or a slow
 * reader of an image may occupy a connection for minutes.
 */
export function openNetwork(baseUrl: string, options: PoolOptions = {}): OpenNetwork {
  const reads = new ConnectionPool(baseUrl, options);
  const unlimited = new ConnectionPool(baseUrl, { ...options, connections: Number.POSITIVE_INFINITY });
  return {
    ...createNetwork(unlimited),
    reads,
    async destroy() {
      await Promise.all([reads.destroy(), unlimited.destroy()]);
    },
  };
}
