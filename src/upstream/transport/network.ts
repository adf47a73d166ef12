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
  /** Sent instead of the body of the request, of which no copy is made. */
  readonly body?: string | ReadableStream<Uint8Array> | undefined;
  /** Whose share of the connections it takes. */
  readonly owner: ConnectionOwner;
  /**
   * Called right before the request is written to a connected socket. Until then nothing has reached the upstream,
   * whatever goes wrong: the name, the connection, its certificate, a proxy, the wait for a free connection.
   */
  readonly onSent: () => void;
}

/** Sends requests over sockets, and reports when one is written. Redirects are not followed. */
export interface Network {
  send(request: Request, options: SendOptions): Promise<Response>;
}

/** @param pool Connections to the only origin that requests go to. */
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
      // undici's Response works as the platform's own does; only their type declarations differ.
      const received = response as unknown as Response;
      return decodeResponse(withStatus(received, head?.status), head?.contentEncoding);
    },
  };
}

/** What of the head of a response is hidden from `fetch`. */
interface Head {
  readonly status: number;
  readonly contentEncoding: string | undefined;
}

/** 421 makes `fetch` send a request again by itself, a write too, and 407 makes it fail (Fetch standard, 4.6). */
const HIDDEN_STATUSES: ReadonlySet<number> = new Set([407, 421]);

/** The response with a status that was hidden from `fetch`. */
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

/** Dispatches one request over a connection of a pool. */
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
 * One request: borrows a connection, reports when it is written, and gives the connection back at its end. It passes
 * undici's older calls on, which are those that `fetch` expects.
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

  get isOver(): boolean {
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
      abort(new Error('the caller left before there was a connection'));
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
    // `fetch` would undo some codings itself, and pass others on.
    const visible = contentEncoding === undefined ? headers : withoutHeader(headers, 'content-encoding');
    const shown = HIDDEN_STATUSES.has(status) ? 400 : status;
    return this.#handler.onHeaders?.(shown, visible, resume, statusText) ?? true;
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

/** Names and values in turn, without those of one name. */
const withoutHeader = (headers: Buffer[], name: string): Buffer[] =>
  headers.filter((_, at) => headers[at - (at % 2)]?.toString('latin1').toLowerCase() !== name);

/** All sockets to one upstream. */
export interface OpenNetwork extends Network {
  /** Connections for reads. They are bounded, and shared fairly between API keys. */
  readonly reads: ConnectionPool;
  /** Closes all connections. What is under way fails. */
  destroy(): Promise<void>;
}

/**
 * Writes and images have connections of their own, as many as they need: an upload or a slow reader of an image may hold
 * one for minutes.
 */
export function openNetwork(baseUrl: string, options: PoolOptions = {}): OpenNetwork {
  const reads = new ConnectionPool(baseUrl, options);
  const others = new ConnectionPool(baseUrl, { ...options, connections: Number.POSITIVE_INFINITY });
  return {
    ...createNetwork(others),
    reads,
    async destroy() {
      await Promise.all([reads.destroy(), others.destroy()]);
    },
  };
}
