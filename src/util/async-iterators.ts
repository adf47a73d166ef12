/**
 * Building blocks of event streams. Their rules:
 *
 * - Closing a stream closes its source at once, even while a `next` is pending. A generator function would close it only
 *   after the next event.
 * - Errors of the source pass through. {@link mapStream} also closes the source after an error.
 * - No promise rejects unhandled: an error reaches the caller of `next` or `return`, or is dropped.
 */

/** The result of an iterator that has ended. */
export const DONE = { value: undefined, done: true } as const;

type Next<Item> = () => Promise<IteratorResult<Item, undefined>>;
type Source<Item> = Pick<AsyncIterator<Item, undefined>, 'next' | 'return'>;

/** A stream made of its `next` and the function that closes it. */
export class Stream<Item> implements AsyncGenerator<Item, undefined> {
  readonly next: Next<Item>;
  readonly #close: () => unknown;

  /** @param close Called, and awaited, by each `return`, `throw` and disposal. Pending calls of `next` should then settle. */
  constructor(next: Next<Item>, close: () => unknown) {
    this.next = next;
    this.#close = close;
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    await this.#close();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<Item, undefined>> {
    await this.#close();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
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

/** Calls `onEnd` once, when the source has completed or the stream is closed. */
export function onStreamEnd<Item>(source: Source<Item>, onEnd: () => void): Stream<Item> {
  let hasEnded = false;
  const end = () => {
    if (!hasEnded) onEnd();
    hasEnded = true;
  };
  return new Stream(
    async () => {
      const result = await source.next();
      if (result.done) end();
      return result;
    },
    () => {
      end();
      return source.return?.();
    },
  );
}

/** Adds the first result, which was already requested, to the rest of its stream. */
export function prependFirst<Item>(first: Promise<IteratorResult<Item, undefined>>, rest: Source<Item>): Stream<Item> {
  let isFirst = true;
  return new Stream(
    () => {
      const isFirstCall = isFirst;
      isFirst = false;
      return isFirstCall ? first : rest.next();
    },
    () => rest.return?.(),
  );
}

/**
 * Maps each item. An error of the source or of `map` closes the source (GraphQL, 6.2.3.2 "Response Stream"), because
 * readers that continue after an error would read it endlessly.
 */
export function mapStream<Item, Mapped>(source: Source<Item>, map: (item: Item) => Mapped): Stream<Awaited<Mapped>> {
  let hasFailed = false;
  return new Stream<Awaited<Mapped>>(
    async () => {
      if (hasFailed) return DONE;
      try {
        const { value, done } = await source.next();
        return done ? DONE : { value: await map(value), done: false };
      } catch (error) {
        hasFailed = true;
        // Only the first error is reported.
        void closeQuietly(source);
        throw error;
      }
    },
    () => source.return?.(),
  );
}

/** Maps the errors of a stream. */
export const mapErrors = <Item>(source: Source<Item>, map: (error: unknown) => unknown): Stream<Item> =>
  new Stream(
    () =>
      source.next().catch((error: unknown) => {
        throw map(error);
      }),
    () => source.return?.(),
  );

/**
 * Closes a stream when `last` resolves, with its value as the last item, which the pending or the following `next` gets.
 *
 * @param last Called at once. Its signal aborts when the stream ends by itself. If it rejects, the stream continues.
 */
export function endWith<Item>(source: Stream<Item>, last: (signal: AbortSignal) => Promise<Item>): Stream<Item> {
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
