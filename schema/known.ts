/** Uses a value at once where it is known, else when it has come. Most are known, and then the answer waits for nothing. */
export const whenKnown = <Value, Made>(
  value: Value | Promise<Value>,
  use: (value: Value) => Made,
): Made | Promise<Made> => (value instanceof Promise ? value.then(use) : use(value));
