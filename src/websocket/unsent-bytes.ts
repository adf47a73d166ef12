import type { Logger } from 'pino';
import type { WebSocket } from 'ws';

/** What clients may leave unread, in bytes. */
export interface UnsentLimits {
  /** Of one socket; a single message may exceed it. */
  perSocket: number;
  /** Of all sockets together. */
  inTotal: number;
}

export const defaultUnsentLimits: UnsentLimits = { perSocket: 16_777_216, inTotal: 134_217_728 };

/** The share of a socket's limit from which on it executes no new operations. */
const CONGESTED_SHARE = 1 / 16;

export interface UnsentOptions {
  limits: UnsentLimits;
  /** All open sockets. */
  sockets: Iterable<WebSocket>;
  log: Logger;
}

/**
 * Bounds what the process keeps for clients that do not read. A socket above its limit is cut without a closing handshake,
 * which would wait behind what is unsent; clients reconnect after that, as after any broken connection.
 */
export class UnsentBytes {
  readonly #options: UnsentOptions;
  #total = 0;

  constructor(options: UnsentOptions) {
    this.#options = options;
  }

  /** Whether so much is unsent that no new operation may begin. */
  isCongested(socket: WebSocket): boolean {
    return socket.bufferedAmount > this.#options.limits.perSocket * CONGESTED_SHARE;
  }

  /** Sends a message over an open socket. @param onFlushed Called when it has left the process, or never will. */
  send(socket: WebSocket, text: string, onFlushed: () => void): void {
    const { perSocket, inTotal } = this.#options.limits;
    const before = socket.bufferedAmount;
    if (before > perSocket) {
      this.#cut(socket);
      onFlushed();
      return;
    }
    let added = 0;
    socket.send(text, () => {
      this.#total -= added;
      onFlushed();
    });
    // Whatever the system has taken at once is not counted.
    added = socket.bufferedAmount - before;
    this.#total += added;
    if (this.#total > inTotal) this.#cut(this.#mostCongested(socket));
  }

  #mostCongested(socket: WebSocket): WebSocket {
    let most = socket;
    for (const other of this.#options.sockets) if (other.bufferedAmount > most.bufferedAmount) most = other;
    return most;
  }

  #cut(socket: WebSocket): void {
    this.#options.log.info({ unsent: socket.bufferedAmount }, 'a socket is cut because its client does not read');
    socket.terminate();
  }
}
