import type { ExecutionResult } from 'graphql';
import { DONE } from '../util/async-iterators.ts';

/**
 * Calls back once when the client completes an operation or closes its socket. Returns a function that removes the
 * callback.
 */
export type OnAbort = (callback: () => void) => () => void;

/**
 * The result of a query or mutation as a stream of one item. graphql-ws cannot cancel a promise, but it calls `return`
 * of a stream when the client completes the operation or closes the socket.
 */
export class SingleResult implements AsyncGenerator<ExecutionResult, void> {
  readonly #onAborted = new Set<() => void>();
  readonly #execute: (onAbort: OnAbort) => Promise<ExecutionResult>;
  #hasStarted = false;
  #hasEnded = false;
  #end = () => {};

  /** @param execute Called by `next`, unless the operation has ended before. */
  constructor(execute: (onAbort: OnAbort) => Promise<ExecutionResult>) {
    this.#execute = execute;
  }

  next(): Promise<IteratorResult<ExecutionResult, void>> {
    if (this.#hasStarted || this.#hasEnded) return Promise.resolve(DONE);
    this.#hasStarted = true;
    return new Promise((resolve, reject) => {
      this.#end = () => resolve(DONE);
      this.#execute((callback) => this.#onAbort(callback)).then((value) => resolve({ value, done: false }), reject);
    });
  }

  async return(): Promise<IteratorResult<ExecutionResult, void>> {
    this.#hasEnded = true;
    this.#end();
    const callbacks = [...this.#onAborted];
    this.#onAborted.clear();
    for (const callback of callbacks) callback();
    return DONE;
  }

  async throw(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #onAbort(callback: () => void): () => void {
    if (this.#hasEnded) {
      callback();
      return () => {};
    }
    this.#onAborted.add(callback);
    return () => void this.#onAborted.delete(callback);
  }
}
