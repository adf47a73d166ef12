import type { Socket } from 'node:net';
import type { Sleep } from '../util/timers.ts';

/** The open HTTP connections of a server, and those among them whose next request is awaited before it stops. */
export class OpenConnections {
  readonly #open = new Set<Socket>();
  readonly #awaited = new Set<Socket>();
  #onNoneAwaited = () => {};

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.delete(socket));
  }

  /** Called for a connection that is closed, or has become a WebSocket: it sends no further requests. */
  delete(socket: Socket): void {
    this.#open.delete(socket);
    this.onRequest(socket);
  }

  /** Called for each request. */
  onRequest(socket: Socket): void {
    if (this.#awaited.delete(socket) && this.#awaited.size === 0) this.#onNoneAwaited();
  }

  /**
   * Resolves when each connection has sent a request or is closed, or when the time is over.
   *
   * @param busy Connections with a pending response, which are not waited for.
   */
  async nextRequests(busy: ReadonlySet<Socket | null>, milliseconds: number, sleep: Sleep): Promise<void> {
    for (const socket of this.#open) if (!busy.has(socket)) this.#awaited.add(socket);
    if (this.#awaited.size === 0) return;
    const stopped = new AbortController();
    const allSent = new Promise<void>((resolve) => {
      this.#onNoneAwaited = resolve;
    });
    await Promise.race([allSent, sleep(milliseconds, stopped.signal)]);
    stopped.abort();
  }

  /** Closes the connections that have still sent no request. */
  destroyAwaited(): void {
    for (const socket of this.#awaited) socket.destroy();
  }
}
