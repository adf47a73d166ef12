import type { Writable } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';

/** Maximum bytes that clients may leave unread. */
export interface UnsentLimits {
  /** Maximum for one socket; a single message may exceed it. */
  perSocket: number;
  /** Maximum for all sockets together. */
  inTotal: number;
}

export const defaultUnsentLimits: UnsentLimits = { perSocket: 16_777_216, inTotal: 134_217_728 };

/** Fraction of a socket's limit above which it starts no new operations. */
const CONGESTED_SHARE = 1 / 16;

export interface UnsentOptions {
  limits: UnsentLimits;
  /** All open sockets. */
  sockets: Iterable<WebSocket>;
  log: Logger;
}

/** The connection below a WebSocket. */
export type RawConnection = Pick<Writable, 'cork' | 'uncork'>;

/**
 * Sends messages. Those that a socket sends in one turn of the event loop take one system call, which costs more than
 * everything else about an event of a subscription.
 *
 * Limits the bytes that are buffered for clients that do not read. A socket above its limit is terminated without a
 * closing handshake, whose frame would wait behind the unsent bytes. Clients reconnect as after any broken connection.
 */
export class UnsentBytes {
  readonly #options: UnsentOptions;
  #total = 0;
  /** Connections whose messages are collected, and the length of those messages together. */
  readonly #corked = new Set<RawConnection>();
  #corkedLength = 0;

  constructor(options: UnsentOptions) {
    this.#options = options;
  }

  /** True if so much is unsent that no new operation may start. */
  isCongested(socket: WebSocket): boolean {
    return socket.bufferedAmount > this.#options.limits.perSocket * CONGESTED_SHARE;
  }

  /**
   * Sends a message over an open socket.
   *
   * @param onFlushed Called when it was passed to the system, or dropped.
   * @param connection The connection below the socket. @default the message is passed to the system at once
   */
  send(socket: WebSocket, text: string, onFlushed: () => void, connection?: RawConnection | undefined): void {
    const { perSocket, inTotal } = this.#options.limits;
    const before = socket.bufferedAmount;
    if (before > perSocket) {
      this.#terminate(socket);
      onFlushed();
      return;
    }
    if (connection) this.#cork(connection, text.length);
    let added = 0;
    socket.send(text, () => {
      this.#total -= added;
      onFlushed();
    });
    // Bytes that the system accepts immediately are not counted.
    added = socket.bufferedAmount - before;
    this.#total += added;
    if (this.#total > inTotal) this.#terminate(this.#mostCongested(socket));
  }

  /** Collects what a connection sends, until the end of the current microtasks. */
  #cork(connection: RawConnection, length: number): void {
    // Collected bytes count as unsent, although the client may read them at once.
    const maxLength = this.#options.limits.perSocket * CONGESTED_SHARE;
    if (this.#corkedLength + length > maxLength) this.#uncork();
    if (length > maxLength) return;
    if (this.#corked.size === 0) queueMicrotask(() => this.#uncork());
    if (!this.#corked.has(connection)) connection.cork();
    this.#corked.add(connection);
    this.#corkedLength += length;
  }

  #uncork(): void {
    for (const connection of this.#corked) connection.uncork();
    this.#corked.clear();
    this.#corkedLength = 0;
  }

  #mostCongested(socket: WebSocket): WebSocket {
    let most = socket;
    for (const other of this.#options.sockets) if (other.bufferedAmount > most.bufferedAmount) most = other;
    return most;
  }

  #terminate(socket: WebSocket): void {
    this.#options.log.info(
      { unsent: socket.bufferedAmount },
      'a socket was terminated because its client does not read',
    );
    socket.terminate();
  }
}
