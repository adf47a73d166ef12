import { Client } from 'undici';
import { monotonicNow as realMonotonicNow } from '../../util/clocks.ts';
import { FairQueue } from '../../util/fair-queue.ts';

/** Maximum number of connections: enough that requests wait in the queues of their keys only, not for a connection. */
const MAX_CONNECTIONS = 1_024;
/** Idle time after which a connection is closed, in milliseconds: less than the shortest known server default, 5 seconds. */
const KEEP_ALIVE = 4_000;
/** Maximum age of a connection, in milliseconds. */
const MAX_AGE = 60_000;

/** An API key. Connections are shared fairly between the requests of all keys. */
export interface ConnectionOwner {
  /** True if the upstream has accepted the key. Confirmed and unconfirmed keys are served alternately. */
  readonly isConfirmed: boolean;
}

/** A source of connections for requests. */
export type ConnectionSource = Pick<ConnectionPool, 'acquire' | 'release' | 'discard'>;

/** A request that needs a connection. */
export interface Waiter {
  readonly owner: ConnectionOwner;
  /** True if it no longer needs a connection. */
  readonly isSettled: boolean;
  /** Called with a connection for exclusive use, until it is released or discarded. */
  use(connection: Connection): void;
}

export interface PoolOptions {
  /** Maximum number of connections. @default 1_024 */
  connections?: number;
  /** Opens a socket. @default directly, with the system's resolver */
  connect?: NonNullable<Client.Options['connect']> | undefined;
  /** Age from which a connection is replaced after its current request, in milliseconds. @default 60_000 */
  maxAge?: number;
  /** A monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/** An undici client and the time of its creation, which is a lower bound for the age of its socket. */
export class Connection extends Client {
  readonly openedAt: number;

  constructor(origin: string, options: Client.Options, openedAt: number) {
    super(origin, options);
    this.openedAt = openedAt;
  }
}

/**
 * A pool of keep-alive connections to the upstream. undici's own pool searches all connections for a free one; this one
 * reuses the most recently released connection, so that only as many remain open as are needed. If all are in use,
 * confirmed and unconfirmed API keys are served alternately, and within each group the keys in turn: many requests of one
 * key, or of many invented keys, do not delay those of others.
 */
export class ConnectionPool {
  readonly #origin: string;
  readonly #maxConnections: number;
  readonly #maxAge: number;
  readonly #monotonicNow: () => number;
  readonly #options: Client.Options;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #confirmed = new FairQueue<ConnectionOwner, Waiter>();
  readonly #unconfirmed = new FairQueue<ConnectionOwner, Waiter>();
  #isConfirmedNext = true;

  /** @param baseUrl Absolute URL to which the contract's paths are appended. */
  constructor(baseUrl: string, options: PoolOptions = {}) {
    const { connections = MAX_CONNECTIONS, connect, maxAge = MAX_AGE } = options;
    this.#origin = new URL(baseUrl).origin;
    this.#maxConnections = connections;
    this.#maxAge = maxAge;
    this.#monotonicNow = options.monotonicNow ?? realMonotonicNow;
    this.#options = {
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE,
      // The deadline of the operation covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(connect && { connect }),
    };
  }

  /** Passes a connection to the waiter: at once, or when one is released. */
  acquire(waiter: Waiter): void {
    const connection = this.#acquireIdle() ?? this.#open();
    if (connection) waiter.use(connection);
    else {
      const { owner } = waiter;
      (owner.isConfirmed ? this.#confirmed : this.#unconfirmed).add(owner, waiter);
    }
  }

  /** Releases a connection without a running request. A broken one reconnects on its next request. */
  release(connection: Connection): void {
    const isOld = this.#isOld(connection);
    if (isOld) this.#close(connection);
    const next = this.#nextWaiter();
    if (next) next.use(isOld ? this.#add() : connection);
    else if (!isOld) this.#idle.push(connection);
  }

  /**
   * Releases a connection whose request failed, in a microtask: undici asserts that nothing is dispatched over a client
   * while it reports a failure, and a failed assertion would end the process.
   */
  discard(connection: Connection): void {
    queueMicrotask(() => this.release(connection));
  }

  /** Closes all connections. Running requests fail. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.destroy()));
  }

  #acquireIdle(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (!this.#isOld(connection)) return connection;
      this.#close(connection);
    }
    return undefined;
  }

  /** Takes the next waiter, alternately from the confirmed and unconfirmed keys, so that neither group starves. */
  #nextWaiter(): Waiter | undefined {
    for (;;) {
      const [first, second] = this.#isConfirmedNext
        ? [this.#confirmed, this.#unconfirmed]
        : [this.#unconfirmed, this.#confirmed];
      const next = first.take() ?? second.take();
      if (!next) return undefined;
      if (next.isSettled) continue;
      this.#isConfirmedNext = !this.#isConfirmedNext;
      return next;
    }
  }

  #isOld({ openedAt }: Connection): boolean {
    return this.#monotonicNow() - openedAt >= this.#maxAge;
  }

  #close(connection: Connection): void {
    this.#all.delete(connection);
    // Rejects if the connection has been destroyed, which needs no handling.
    connection.close().catch(() => {});
  }

  #open(): Connection | undefined {
    return this.#all.size < this.#maxConnections ? this.#add() : undefined;
  }

  #add(): Connection {
    const connection = new Connection(this.#origin, this.#options, this.#monotonicNow());
    this.#all.add(connection);
    return connection;
  }
}
