/** Clock, timers and randomness, replaced in tests. */
export interface Runtime {
  /** The wall clock, in milliseconds. It goes on while a laptop sleeps. */
  now(): number;
  /** Calls back after a number of milliseconds. Returns a function that stops the timer. */
  startTimer(milliseconds: number, callback: () => void): () => void;
  /** A number from 0 to below 1. */
  random(): number;
}

export const runtime: Runtime = {
  now: Date.now,
  startTimer(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/**
 * Waits. @param wake Registers a function that ends the wait early, and returns one that removes it.
 *
 * @throws The reason of the signal.
 */
export function sleep(
  { startTimer }: Runtime,
  milliseconds: number,
  signal: AbortSignal,
  wake: (end: () => void) => () => void = () => () => {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = (settle: () => void) => {
      stop();
      removeWake();
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = () => end(() => reject(signal.reason));
    const stop = startTimer(milliseconds, () => end(resolve));
    const removeWake = wake(() => end(resolve));
    signal.addEventListener('abort', abort);
  });
}

/** Wakes a sleeper when the browser is online again. */
export function onOnline(end: () => void): () => void {
  globalThis.addEventListener?.('online', end);
  return () => globalThis.removeEventListener?.('online', end);
}

/** The shortest and the longest delay before an attempt without `retryAfter`, in milliseconds. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

/**
 * The delay before the next attempt, in milliseconds: doubles with each failure, and differs by up to a half so that
 * clients of a restarted gateway do not return at once.
 *
 * @param failures Number of consecutive failures, from 1.
 * @param retryAfter The shortest delay that the gateway demands, in seconds.
 */
export function delayBefore(failures: number, retryAfter: number | undefined, { random }: Runtime): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failures - 1)) * (0.5 + random() / 2);
  return retryAfter === undefined ? delay : Math.max(delay, retryAfter * 1000 * (1 + random() / 10));
}

/**
 * Aborts a controller when one of the signals aborts. Returns a function that removes it from the signals: they may live
 * much longer, and `AbortSignal.any` keeps a reference in some runtimes.
 */
export function follow(controller: AbortController, ...signals: (AbortSignal | undefined)[]): () => void {
  const abort = ({ target }: Pick<Event, 'target'>) => controller.abort((target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal?.aborted) controller.abort(signal.reason);
    signal?.addEventListener('abort', abort);
  }
  return () => {
    for (const signal of signals) signal?.removeEventListener('abort', abort);
  };
}

/**
 * Detects a connection that is silently broken. After each sign of life call `heard`; after `idle` milliseconds without
 * one, `onIdle` is called, and after `timeout` more, `onDead`. The second timer starts when the first one fires, so that
 * a machine that was suspended has time to read what has arrived meanwhile.
 */
export function createWatchdog(
  { startTimer }: Runtime,
  { idle, timeout, onIdle, onDead }: { idle: number; timeout: number; onIdle?: () => void; onDead: () => void },
): { heard: () => void; stop: () => void } {
  let stopTimer = () => {};
  const heard = () => {
    stopTimer();
    stopTimer = startTimer(idle, () => {
      stopTimer = startTimer(timeout, onDead);
      onIdle?.();
    });
  };
  heard();
  return { heard, stop: () => stopTimer() };
}
