import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallerRequest } from '../auth/caller.ts';

/** A Node.js request as {@link CallerRequest}, without the cost of a Fetch request. */
export class FastRequest implements CallerRequest {
  readonly headers: CallerRequest['headers'];
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #abortController: AbortController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.headers = new FastHeaders(request);
  }

  get url(): string {
    return `http://${this.#request.headers.host}${this.#request.url}`;
  }

  get signal(): AbortSignal {
    if (!this.#abortController) {
      const controller = new AbortController();
      this.onAbort(() => controller.abort());
      this.#abortController = controller;
    }
    return this.#abortController.signal;
  }

  onAbort(callback: () => void): () => void {
    const response = this.#response;
    if (response.destroyed) {
      callback();
      return () => {};
    }
    // Not `once`, which costs more: the event comes only once.
    response.on('close', callback);
    return () => response.removeListener('close', callback);
  }
}

/** The headers of a Node.js request, of which Node.js joins those that occur several times. */
class FastHeaders {
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  /** @param name In lower case. */
  get(name: string): string | null {
    const value = this.#request.headers[name];
    return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
  }

  keys(): Iterable<string> {
    return Object.keys(this.#request.headers);
  }
}
