/** Whether a value comes later: a promise, or anything else with a `then`. It is asked of most of what is in an answer. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

const { then } = Promise.prototype;

/**
 * Calls back exactly once and never at once, as `await` does, whatever a foreign `then` does: it may throw, call back at
 * once or several times.
 */
export function whenFulfilled(
  later: PromiseLike<unknown>,
  onFulfilled: (value: unknown) => void,
  onRejected: (reason: unknown) => void,
): void {
  then.call(Promise.resolve(later), onFulfilled, onRejected);
}

/** Handles the rejections of a value that is not completed, so that they do not end the process: its own and those in lists. */
export function ignoreRejections(value: unknown): void {
  try {
    if (Array.isArray(value)) value.forEach(ignoreRejections);
    else if (isPromise(value)) whenFulfilled(value, ignoreRejections, () => {});
  } catch {
    // It has a `then` that cannot be read, so it is no promise.
  }
}

/** Uses a value at once where it is there, else when it has come. */
export const mapMaybePromise = <Value, Made>(
  value: Value | Promise<Value>,
  use: (value: Value) => Made | Promise<Made>,
): Made | Promise<Made> => (value instanceof Promise ? value.then(use) : use(value));
