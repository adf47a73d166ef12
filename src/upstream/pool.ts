import { Client } from 'undici';

/** So many connections that a request waits for its turn, not for one of them: what waits for neither is the fastest. */
const CONNECTIONS = 1_024;
/** Shorter than servers keep a connection that nobody uses, in milliseconds: the shortest known default is 5 seconds. */
const KEEP_ALIVE = 4_000;

/** Somebody who needs a connection for one request. */
export interface Borrower {
  /** The connection is theirs, until they give it back. */
  use(connection: Client): void;
}

/**
 * Connections to the upstream, kept open between reads. undici's own pool looks through all of them for one that is free;
 * here the one that was used last is the next, so that no more are kept open than are needed.
 */
export class Pool {
  readonly #origin: string;
  readonly #most: number;
  readonly #all: Client[] = [];
  readonly #idle: Client[] = [];
  readonly #waiting: Borrower[] = [];

  /**
   * @param baseUrl Absolute address under which the contract's paths lie.
   * @param options.connections How many there are at once. @default 1_024
   */
  constructor(baseUrl: string, { connections = CONNECTIONS }: { connections?: number } = {}) {
    this.#origin = new URL(baseUrl).origin;
    this.#most = connections;
  }

  /** Lends a connection: at once, or when it is their turn. */
  lend(borrower: Borrower): void {
    const connection = this.#idle.pop() ?? this.#open();
    if (connection) borrower.use(connection);
    else this.#waiting.push(borrower);
  }

  /** Takes a connection back, on which nothing is under way any more. One that broke opens itself again. */
  takeBack(connection: Client): void {
    const next = this.#waiting.shift();
    if (next) next.use(connection);
    else this.#idle.push(connection);
  }

  /** Closes all connections. What is under way fails. */
  async destroy(): Promise<void> {
    await Promise.all(this.#all.map((connection) => connection.destroy()));
  }

  #open(): Client | undefined {
    if (this.#all.length === this.#most) return undefined;
    const connection = new Client(this.#origin, {
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE,
      // The deadline of an operation covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#all.push(connection);
    return connection;
  }
}
