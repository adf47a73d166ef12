/**
 * Calls back every so many milliseconds, in real time, without keeping the process alive.
 *
 * @returns What stops it.
 */
export function every(milliseconds: number, callback: () => void): () => void {
  const timer = setInterval(callback, milliseconds).unref();
  return () => clearInterval(timer);
}
