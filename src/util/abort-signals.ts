import { setMaxListeners } from 'node:events';

/** A signal that never aborts. */
export const NEVER_ABORTED = new AbortController().signal;
// All operations without a signal share it. Each removes its listeners when it ends.
setMaxListeners(0, NEVER_ABORTED);

/**
 * Waits for work until a signal aborts. The work itself continues after that, and its result or error is ignored.
 *
 * @param reasonOf Creates the error when the signal aborts. @default the signal's reason
 * @throws The error of the work; the error of `reasonOf` if the signal aborts first, or was aborted before.
 */
export function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  reasonOf: () => unknown = () => signal.reason,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(reasonOf());
    const settle =
      <Value>(callback: (value: Value) => void) =>
      (value: Value) => {
        signal.removeEventListener('abort', onAbort);
        callback(value);
      };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(settle(resolve), settle(reject));
  });
}
