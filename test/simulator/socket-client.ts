import type { Client, ClientHost, ClientOptions } from './client.ts';
import { type Payload, readEvent } from './operations.ts';
import type { ClientSocket } from './socket.ts';

interface Message {
  readonly type: string;
  readonly id?: string;
  /** A result, or the errors of an `error` message. */
  readonly payload?: Payload | NonNullable<Payload['errors']>;
}

/** A client over the graphql-transport-ws protocol: one socket, which it opens again when it breaks. */
export class SocketClient implements Client {
  readonly #options: ClientOptions;
  readonly #host: ClientHost;
  /** Number of attempts of each open subscription, by its index. */
  readonly #open = new Map<number, number>();
  readonly #attempts = new Map<number, number>();
  #socket: ClientSocket | undefined;
  #isAcknowledged = false;
  #isReading = true;
  #isConnecting = false;

  constructor(options: ClientOptions, host: ClientHost) {
    this.#options = options;
    this.#host = host;
  }

  subscribe(index: number): void {
    this.#open.set(index, -1);
    if (this.#isAcknowledged) this.#send(index);
    else this.#connect();
  }

  leave(index: number): void {
    const attempt = this.#open.get(index);
    if (attempt === undefined) return;
    this.#open.delete(index);
    if (attempt >= 0) {
      this.#options.log({ type: 'leave', stream: this.#streamOf(index) });
      this.#socket?.receive({ id: this.#streamOf(index), type: 'complete' });
    }
    this.#closeWhenIdle();
  }

  setReading(isReading: boolean): void {
    this.#isReading = isReading;
    this.#socket?.setReading(isReading);
  }

  drop(): void {
    this.#socket?.terminate();
  }

  #connect(): void {
    if (this.#socket || this.#isConnecting || this.#open.size === 0) return;
    const socket = this.#host.openSocket(
      { receive: (text) => this.#receive(JSON.parse(text)), onClose: () => this.#onClose() },
      this.#isReading,
    );
    if (!socket) {
      this.#retry();
      return;
    }
    this.#socket = socket;
    socket.receive({ type: 'connection_init', payload: { apiKey: this.#options.apiKey } });
  }

  #retry(): void {
    this.#isConnecting = true;
    this.#host.after(this.#options.retryDelay, () => {
      this.#isConnecting = false;
      this.#connect();
    });
  }

  #send(index: number): void {
    const attempt = (this.#attempts.get(index) ?? -1) + 1;
    this.#attempts.set(index, attempt);
    this.#open.set(index, attempt);
    this.#options.logSubscribe(index, this.#streamOf(index));
    this.#socket?.receive({ id: this.#streamOf(index), type: 'subscribe', payload: this.#options.request(index) });
  }

  #receive({ type, id = '', payload }: Message): void {
    if (type === 'connection_ack') {
      this.#isAcknowledged = true;
      for (const index of this.#open.keys()) this.#send(index);
      return;
    }
    const index = Number(id.split('/')[1]);
    if (!this.#open.has(index) || this.#streamOf(index) !== id) return;
    const result = Array.isArray(payload) ? { errors: payload } : (payload as Payload | undefined);
    if (type === 'next') this.#options.log({ type: 'next', stream: id, ...readEvent(result ?? {}) });
    if (type !== 'complete' && type !== 'error') return;
    this.#options.log({ type, stream: id, code: result && readEvent(result).code });
    this.#open.delete(index);
    this.#closeWhenIdle();
  }

  #onClose(): void {
    this.#socket = undefined;
    this.#isAcknowledged = false;
    for (const [index, attempt] of this.#open) {
      if (attempt >= 0) this.#options.log({ type: 'broken', stream: this.#streamOf(index) });
      this.#open.set(index, -1);
    }
    if (this.#open.size > 0) this.#retry();
  }

  #closeWhenIdle(): void {
    if (this.#open.size === 0) this.#socket?.close();
  }

  #streamOf(index: number): string {
    return `${this.#options.name}/${index}/${this.#open.get(index) ?? this.#attempts.get(index)}`;
  }
}
