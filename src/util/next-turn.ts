/** Yields to the event loop. */
export const yieldToEventLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
