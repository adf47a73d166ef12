import type { Client, ClientHost, ClientOptions } from './client.ts';
import { readEvent } from './operations.ts';

/** A stream, or the pause before the next attempt. */
interface Attempt {
  /** Id of the stream; undefined during the pause. */
  readonly stream?: string;
  readonly aborted: AbortController;
}

/** A client over server-sent events: one request for each subscription, which it sends again when it breaks. */
export class EventClient implements Client {
  readonly #options: ClientOptions;
  readonly #host: ClientHost;
  readonly #open = new Map<number, Attempt>();
  readonly #attempts = new Map<number, number>();
  /** Resolves when the client reads on; undefined while it reads. */
  #stalled: { readonly promise: Promise<void>; readonly end: () => void } | undefined;

  constructor(options: ClientOptions, host: ClientHost) {
    this.#options = options;
    this.#host = host;
  }

  subscribe(index: number): void {
    const number = this.#attempts.get(index) ?? 0;
    this.#attempts.set(index, number + 1);
    const stream = `${this.#options.name}/${index}/${number}`;
    const attempt: Attempt = { stream, aborted: new AbortController() };
    this.#open.set(index, attempt);
    this.#options.logSubscribe(index, stream);
    this.#run(index, stream, attempt.aborted.signal).then(
      () => {
        if (this.#open.get(index) === attempt) this.#open.delete(index);
      },
      () => {
        if (this.#open.get(index) === attempt) this.#break(index, attempt);
      },
    );
  }

  leave(index: number): void {
    const attempt = this.#open.get(index);
    if (!attempt) return;
    this.#open.delete(index);
    if (attempt.stream !== undefined) this.#options.log({ type: 'leave', stream: attempt.stream });
    attempt.aborted.abort();
  }

  setReading(isReading: boolean): void {
    this.#stalled?.end();
    this.#stalled = undefined;
    if (isReading) return;
    let end = () => {};
    const promise = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#stalled = { promise, end };
  }

  drop(): void {
    for (const [index, attempt] of this.#open) {
      if (attempt.stream === undefined) continue;
      this.#break(index, attempt);
      attempt.aborted.abort();
    }
  }

  /** Logs the end of a stream, and subscribes again after a pause. */
  #break(index: number, { stream = '' }: Attempt): void {
    this.#options.log({ type: 'broken', stream });
    const pause: Attempt = { aborted: new AbortController() };
    this.#open.set(index, pause);
    this.#host.after(this.#options.retryDelay, () => {
      if (this.#open.get(index) === pause) this.subscribe(index);
    });
  }

  /** Runs a stream to its end. @throws Error if the connection broke. */
  async #run(index: number, stream: string, signal: AbortSignal): Promise<void> {
    const { apiKey, request } = this.#options;
    const response = await this.#host.fetch({
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', 'x-api-key': apiKey },
      body: JSON.stringify(request(index)),
      signal,
    });
    const reader = response.body?.getReader();
    if (!reader) throw new Error('the response has no body');
    const cancel = () => void reader.cancel().catch(() => {});
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    try {
      await this.#read(stream, reader, signal);
    } finally {
      // Node.js keeps the signal of a request, and with it everything that its listeners refer to.
      signal.removeEventListener('abort', cancel);
      cancel();
    }
  }

  async #read(stream: string, reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    while (!signal.aborted) {
      await this.#stalled?.promise;
      const { value, done } = await reader.read();
      if (signal.aborted) return;
      if (done) throw new Error('the stream ended without `complete`');
      text += decoder.decode(value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) if (this.#receive(stream, event)) return;
    }
  }

  /** Logs an event. @returns True for the last one. */
  #receive(stream: string, event: string): boolean {
    const data = /^data: (.+)$/m.exec(event)?.[1];
    if (event.includes('event: next') && data) {
      const payload = JSON.parse(data);
      const isRejected = payload.data === undefined;
      this.#options.log({ type: isRejected ? 'error' : 'next', stream, ...readEvent(payload) });
      return isRejected;
    }
    if (!event.includes('event: complete')) return false;
    this.#options.log({ type: 'complete', stream });
    return true;
  }
}
