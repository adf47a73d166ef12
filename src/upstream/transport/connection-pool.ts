import { Client } from 'undici';
import { monotonicNow as realMonotonicNow } from '../../util/clocks.ts';
import { FairQueue } from '../../util/fair-queue.ts';

/** So many connections that a request waits for its turn, not for one of them: what waits for neither is the fastest. */
const CONNECTIONS = 1_024;
/** Shorter than servers keep a connection that nobody uses, in milliseconds: the shortest known default is 5 seconds. */
const KEEP_ALIVE = 4_000;
/** In milliseconds. */
const MAX_AGE = 60_000;

/** Whose requests share the connections fairly: one API key. */
export interface ConnectionOwner {
  /** Whether the upstream has accepted the key. Confirmed and unconfirmed keys take turns, too. */
  readonly isConfirmed: boolean;
}

/** Where requests get their connections. */
export type ConnectionSource = Pick<ConnectionPool, 'acquire' | 'release' | 'discard'>;

/** A request that needs a connection. */
export interface Waiter {
  readonly owner: ConnectionOwner;
  /** Whether it needs none any more. */
  readonly isOver: boolean;
  /** The connection is theirs, until they give it back. */
  use(connection: Connection): void;
}

export interface PoolOptions {
  /** How many there are at once. @default 1_024 */
  connections?: number;
  /** How a socket is opened. @default directly, by the system's resolver */
  connect?: NonNullable<Client.Options['connect']> | undefined;
  /** Age from which a connection is replaced after its current request, in milliseconds. @default 60_000 */
  maxAge?: number;
  /** A monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/** A client that knows when it was made; its sockets are younger. */
export class Connection extends Client {
  readonly openedAt: number;

  constructor(origin: string, options: Client.Options, openedAt: number) {
    super(origin, options);
    this.openedAt = openedAt;
  }
}

/**
 * Connections to the upstream, kept open between requests. undici's own pool looks through all of them for one that is
 * free; here the one that was used last is the next, so that no more are kept open than are needed. Where all are in
 * use, confirmed and unconfirmed API keys take turns, and the keys among each: many requests of one key, or of many
 * invented keys, do not delay those of others.
 */
export class ConnectionPool {
  readonly #origin: string;
  readonly #most: number;
  readonly #maxAge: number;
  readonly #monotonicNow: () => number;
  readonly #options: Client.Options;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #confirmed = new FairQueue<ConnectionOwner, Waiter>();
  readonly #unconfirmed = new FairQueue<ConnectionOwner, Waiter>();
  #isConfirmedNext = true;

  /** @param baseUrl Absolute address under which the contract's paths lie. */
  constructor(baseUrl: string, options: PoolOptions = {}) {
    const { connections = CONNECTIONS, connect, maxAge = MAX_AGE } = options;
    this.#origin = new URL(baseUrl).origin;
    this.#most = connections;
    this.#maxAge = maxAge;
    this.#monotonicNow = options.monotonicNow ?? realMonotonicNow;
    this.#options = {
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE,
      // The deadline of an operation covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(connect && { connect }),
    };
  }

  /** Lends a connection: at once, or when it is their turn. */
  acquire(borrower: Waiter): void {
    const connection = this.#takeIdle() ?? this.#open();
    if (connection) borrower.use(connection);
    else {
      const { owner } = borrower;
      (owner.isConfirmed ? this.#confirmed : this.#unconfirmed).add(owner, borrower);
    }
  }

  /** Takes a connection back, on which nothing is under way any more. One that broke opens itself again. */
  release(connection: Connection): void {
    const isOld = this.#isOld(connection);
    if (isOld) this.#close(connection);
    const next = this.#nextWaiting();
    if (next) next.use(isOld ? this.#add() : connection);
    else if (!isOld) this.#idle.push(connection);
  }

  /**
   * Takes a connection back whose request failed. Not at once: undici asserts that nothing is dispatched over a client
   * while it reports a failure, and an assertion that fails there ends the process.
   */
  discard(connection: Connection): void {
    queueMicrotask(() => this.release(connection));
  }

  /** Closes all connections. What is under way fails. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#all].map((connection) => connection.destroy()));
  }

  #takeIdle(): Connection | undefined {
    for (let connection = this.#idle.pop(); connection; connection = this.#idle.pop()) {
      if (!this.#isOld(connection)) return connection;
      this.#close(connection);
    }
    return undefined;
  }

  /** Keys that the upstream has accepted and others take turns, so that neither wait for all of the others. */
  #nextWaiting(): Waiter | undefined {
    for (;;) {
      const [first, second] = this.#isConfirmedNext
        ? [this.#confirmed, this.#unconfirmed]
        : [this.#unconfirmed, this.#confirmed];
      const next = first.take() ?? second.take();
      if (!next) return undefined;
      if (next.isOver) continue;
      this.#isConfirmedNext = !this.#isConfirmedNext;
      return next;
    }
  }

  #isOld({ openedAt }: Connection): boolean {
    return this.#monotonicNow() - openedAt >= this.#maxAge;
  }

  #close(connection: Connection): void {
    this.#all.delete(connection);
    // Rejects when the connection was destroyed, which is as good.
    connection.close().catch(() => {});
  }

  #open(): Connection | undefined {
    return this.#all.size < this.#most ? this.#add() : undefined;
  }

  #add(): Connection {
    const connection = new Connection(this.#origin, this.#options, this.#monotonicNow());
    this.#all.add(connection);
    return connection;
  }
}
