/** True for promises and other thenables. Called for most values of a response, so it must be fast. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

const { then } = Promise.prototype;

/**
 * Calls back exactly once and asynchronously, as `await` does, even if a foreign `then` throws, or calls back synchronously or
 * several times.
 */
export function whenFulfilled(
  promise: PromiseLike<unknown>,
  onFulfilled: (value: unknown) => void,
  onRejected: (reason: unknown) => void,
): void {
  then.call(Promise.resolve(promise), onFulfilled, onRejected);
}

/** Handles rejections of a discarded value and of promises in lists, because unhandled ones end the process. */
export function ignoreRejections(value: unknown): void {
  try {
    if (Array.isArray(value)) value.forEach(ignoreRejections);
    else if (isPromise(value)) whenFulfilled(value, ignoreRejections, () => {});
  } catch {
    // A `then` getter that throws: not a promise.
  }
}

/** Maps a value synchronously, or a promise asynchronously. */
export const mapMaybePromise = <Value, Made>(
  value: Value | Promise<Value>,
  map: (value: Value) => Made | Promise<Made>,
): Made | Promise<Made> => (value instanceof Promise ? value.then(map) : map(value));
