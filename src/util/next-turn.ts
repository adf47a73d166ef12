/** Lets other work of the process run. */
export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
