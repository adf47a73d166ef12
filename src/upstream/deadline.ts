import { setMaxListeners } from 'node:events';

/** Waits for a number of milliseconds, or rejects with the signal's reason when it aborts first. Passed in, so that tests turn the clock. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/**
 * Runs a task with a signal that aborts when the caller's does or when the time is up, whichever comes first. Leaves no
 * listener behind on the caller's signal, which may live for hours.
 *
 * @param milliseconds Time for the whole task.
 */
export async function withDeadline<Result>(
  { milliseconds, caller, pause }: { milliseconds: number; caller: AbortSignal | undefined; pause: Wait },
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  caller?.throwIfAborted();
  // An answer that reads many things has a listener for each, and removes them all.
  if (caller) setMaxListeners(0, caller);
  const controller = new AbortController();
  const over = new AbortController();
  const onCaller = () => controller.abort(caller?.reason);
  caller?.addEventListener('abort', onCaller);
  pause(milliseconds, over.signal).then(
    () => controller.abort(new DOMException(`No complete answer within ${milliseconds} ms.`, 'TimeoutError')),
    () => {},
  );
  try {
    return await task(controller.signal);
  } finally {
    over.abort();
    caller?.removeEventListener('abort', onCaller);
  }
}
