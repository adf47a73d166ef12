import { setMaxListeners } from 'node:events';

/**
 * Runs a task with a signal that aborts when the caller's does or when the time is up, whichever comes first. Leaves no
 * listener behind on the caller's signal, which may live for hours.
 *
 * @param milliseconds Time for the whole task.
 */
export async function withDeadline<Result>(
  milliseconds: number,
  caller: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  caller?.throwIfAborted();
  // An answer that reads many things has a listener for each, and removes them all.
  if (caller) setMaxListeners(0, caller);
  const controller = new AbortController();
  const timeout = AbortSignal.timeout(milliseconds);
  const onTimeout = () => controller.abort(timeout.reason);
  const onCaller = () => controller.abort(caller?.reason);
  timeout.addEventListener('abort', onTimeout);
  caller?.addEventListener('abort', onCaller);
  try {
    return await task(controller.signal);
  } finally {
    timeout.removeEventListener('abort', onTimeout);
    caller?.removeEventListener('abort', onCaller);
  }
}
