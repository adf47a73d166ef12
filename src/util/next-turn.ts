/** Yields to the event loop. */
export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
