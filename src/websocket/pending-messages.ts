import type { WebSocket } from 'ws';

/** The messages of queries and mutations that are executed, by socket, until their results were sent. */
export class PendingMessages {
  readonly #counts = new Map<WebSocket, number>();
  readonly #waiting = new Map<WebSocket, () => void>();

  /** Adds a message of a socket. @returns A function that removes it. */
  add(socket: WebSocket): () => void {
    this.#counts.set(socket, (this.#counts.get(socket) ?? 0) + 1);
    return () => {
      const left = (this.#counts.get(socket) ?? 1) - 1;
      if (left > 0) {
        this.#counts.set(socket, left);
        return;
      }
      this.#counts.delete(socket);
      this.#waiting.get(socket)?.();
      this.#waiting.delete(socket);
    };
  }

  /** Calls a function when a socket has no such message: at once, or when the last one has been handled. */
  whenNone(socket: WebSocket, onNone: () => void): void {
    if (this.#counts.has(socket)) this.#waiting.set(socket, onNone);
    else onNone();
  }
}
