import type { Socket } from 'node:net';

/** The connections on which no request has arrived yet. */
export class UnusedConnections {
  readonly #sockets = new Set<Socket>();
  #onDelete = () => {};

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.delete(socket));
  }

  /** Called for each request. */
  delete(socket: Socket): void {
    if (this.#sockets.delete(socket)) this.#onDelete();
  }

  /** Resolves when there are none, or the signal aborts. */
  async emptied(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onDelete = () => {
        if (this.#sockets.size === 0) resolve();
      };
      this.#onDelete();
      signal.addEventListener('abort', () => resolve());
    });
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
