/**
 * Calls back at a fixed interval in real time, without keeping the process alive.
 *
 * @returns Stops the interval.
 */
export function every(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds).unref();
  return () => clearInterval(timer);
}
