/** Whether a value comes later: a promise, or anything else with a `then`. It is asked of most of what is in an answer. */
export const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** Uses a value at once where it is there, else when it has come. */
export const whenKnown = <Value, Made>(
  value: Value | Promise<Value>,
  use: (value: Value) => Made | Promise<Made>,
): Made | Promise<Made> => (value instanceof Promise ? value.then(use) : use(value));
