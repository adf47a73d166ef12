/**
 * Building blocks of event streams. Their rules:
 *
 * - Closing a stream closes its source at once, even while a `next` is pending. A generator function would close it only
 *   after the next event.
 * - Errors of the source pass through.
 * - No promise rejects unhandled: an error reaches the caller of `next` or `return`, or is dropped.
 */

/** The result of an iterator that has ended. */
export const DONE = { value: undefined, done: true } as const;

type Next<Item> = () => Promise<IteratorResult<Item, undefined>>;

/** The source of a stream. */
export type Source<Item> = Pick<AsyncIterator<Item, undefined>, 'next' | 'return'>;

/** A stream with one way to close it. */
export abstract class BaseStream<Item> implements AsyncGenerator<Item, undefined> {
  abstract next(): Promise<IteratorResult<Item, undefined>>;
  /** Called, and awaited, by each `return`, `throw` and disposal. Pending calls of `next` should then settle. */
  protected abstract close(): unknown;

  async return(): Promise<IteratorResult<Item, undefined>> {
    await this.close();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<Item, undefined>> {
    await this.close();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A stream made of its `next` and the function that closes it. */
export class Stream<Item> extends BaseStream<Item> {
  readonly #next: Next<Item>;
  readonly #close: () => unknown;

  constructor(next: Next<Item>, close: () => unknown) {
    super();
    this.#next = next;
    this.#close = close;
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    return this.#next();
  }

  protected close(): unknown {
    return this.#close();
  }
}

/** Closes a stream that is no longer read. Never rejects. */
export async function closeQuietly(source: Pick<AsyncIterator<unknown>, 'return'>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // No reader is left to get the error.
  }
}

/**
 * Closes a stream when `last` resolves, with its value as the last item, which the pending or the following `next` gets.
 *
 * @param last Called at once. Its signal aborts when the stream ends by itself. If it rejects, the stream continues.
 */
export function endWith<Item>(source: BaseStream<Item>, last: (signal: AbortSignal) => Promise<Item>): Stream<Item> {
  const ended = new AbortController();
  let isOver = false;
  let lastResult: IteratorResult<Item, undefined> = DONE;
  /** The last item, once; then the end. */
  const takeLast = () => {
    const result = lastResult;
    lastResult = DONE;
    return result;
  };
  let resolveNext: ((result: IteratorResult<Item, undefined>) => void) | undefined;
  const close = async (value: Item) => {
    if (ended.signal.aborted) return;
    isOver = true;
    lastResult = { value, done: false };
    resolveNext?.(takeLast());
    await source.return();
  };
  last(ended.signal)
    .then(close)
    .catch(() => {});
  return new Stream<Item>(
    () =>
      isOver
        ? Promise.resolve(takeLast())
        : new Promise((resolve, reject) => {
            resolveNext = resolve;
            source.next().then(
              (result) => {
                if (resolveNext === resolve) resolveNext = undefined;
                if (result.done) ended.abort();
                resolve(result);
              },
              (error: unknown) => {
                ended.abort();
                reject(error);
              },
            );
          }),
    () => {
      ended.abort();
      lastResult = DONE;
      return source.return();
    },
  );
}

/** Registers a callback for the closing of a stream. Returns a function that removes the callback. */
export type OnClose = (callback: () => void) => () => void;

/**
 * A stream of one item, for consumers that cannot cancel a promise but close a stream.
 *
 * @param start Called by the first `next`, unless the stream is already closed. Its callbacks are called once.
 */
export function streamOfOne<Item>(start: (onClose: OnClose) => Promise<Item>): Stream<Item> {
  const callbacks = new Set<() => void>();
  let hasStarted = false;
  let isClosed = false;
  let resolveNext: (result: IteratorResult<Item, undefined>) => void = () => {};
  const onClose: OnClose = (callback) => {
    if (isClosed) callback();
    else callbacks.add(callback);
    return () => void callbacks.delete(callback);
  };
  return new Stream<Item>(
    () => {
      if (hasStarted || isClosed) return Promise.resolve(DONE);
      hasStarted = true;
      return new Promise((resolve, reject) => {
        resolveNext = resolve;
        start(onClose).then((value) => resolve({ value, done: false }), reject);
      });
    },
    () => {
      isClosed = true;
      resolveNext(DONE);
      for (const callback of callbacks) {
        callbacks.delete(callback);
        callback();
      }
    },
  );
}
