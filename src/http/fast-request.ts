import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallerRequest } from '../auth/caller.ts';

/** A request as it came over HTTP, without the objects of the Fetch standard around it. */
export class FastRequest implements CallerRequest {
  readonly headers: CallerRequest['headers'];
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #leaving: AbortController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.headers = { get: (name) => headerOf(request, name), keys: () => Object.keys(request.headers) };
  }

  get url(): string {
    return `http://${this.#request.headers.host}${this.#request.url}`;
  }

  get signal(): AbortSignal {
    if (!this.#leaving) {
      const leaving = new AbortController();
      this.onAbort(() => leaving.abort());
      this.#leaving = leaving;
    }
    return this.#leaving.signal;
  }

  onAbort(callback: () => void): () => void {
    const response = this.#response;
    if (response.destroyed) {
      callback();
      return () => {};
    }
    // It comes once anyway.
    response.on('close', callback);
    return () => response.removeListener('close', callback);
  }
}

/** Null for a header that was not sent, as `Headers` have it. Names are in lower case. */
const headerOf = ({ headers }: IncomingMessage, name: string): string | null => {
  const value = headers[name];
  return value === undefined ? null : typeof value === 'string' ? value : value.join(', ');
};
