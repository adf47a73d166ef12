import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';

/** The client's side of a socket. */
export interface SocketPeer {
  receive(text: string): void;
  onClose(): void;
}

/** A socket as its client uses it. */
export interface ClientSocket {
  /** Sends a message to the server. */
  receive(message: object): void;
  /** Stops to read, or reads on. */
  setReading(isReading: boolean): void;
  close(): void;
  /** Breaks the connection. */
  terminate(): void;
}

/**
 * The server's side of a WebSocket in memory, with the members of ws that src/websocket uses. It transfers messages at
 * once. While its client does not read, it buffers them, and reports them as not flushed.
 */
export class SimulatedSocket extends EventEmitter implements ClientSocket {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly protocol = 'graphql-transport-ws';
  readyState = 1;
  isPaused = false;
  bufferedAmount = 0;
  readonly #peer: SocketPeer;
  #isReading: boolean;
  #unsent: { readonly text: string; readonly onFlushed: () => void }[] = [];

  constructor(peer: SocketPeer, isReading: boolean) {
    super();
    this.#peer = peer;
    this.#isReading = isReading;
  }

  /** This socket as the type that src/websocket expects. */
  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }

  send(text: string, onFlushed: () => void = () => {}): void {
    this.#unsent.push({ text, onFlushed });
    this.bufferedAmount += text.length;
    if (this.#isReading) this.#flush();
  }

  ping(): void {
    if (this.#isReading) queueMicrotask(() => this.emit('pong'));
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(): void {
    this.#close(1_000);
  }

  terminate(): void {
    this.#close(1_006);
  }

  /** The client sends a message. */
  receive(message: object): void {
    if (this.readyState === this.OPEN) this.emit('message', Buffer.from(JSON.stringify(message)));
  }

  /** The client stops to read, or reads on. */
  setReading(isReading: boolean): void {
    this.#isReading = isReading;
    if (isReading) this.#flush();
  }

  #flush(): void {
    for (const { text, onFlushed } of this.#unsent.splice(0)) {
      this.bufferedAmount -= text.length;
      queueMicrotask(() => {
        if (this.readyState === this.OPEN) this.#peer.receive(text);
        onFlushed();
      });
    }
  }

  #close(code: number): void {
    if (this.readyState === this.CLOSED) return;
    this.readyState = this.CLOSED;
    this.bufferedAmount = 0;
    for (const { onFlushed } of this.#unsent.splice(0)) onFlushed();
    queueMicrotask(() => {
      this.emit('close', code, Buffer.alloc(0));
      this.#peer.onClose();
    });
  }
}
