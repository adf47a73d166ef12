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
    this.headers = { get: (name) => headerOf(request, name), keys: () => Object.keys(request.headers) };
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

/** The value of a header, by its name in lower case; null if it is missing, as with `Headers`. */
const headerOf = ({ headers }: IncomingMessage, name: string): string | null => {
  const value = headers[name];
  return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
};
