/** Time after a failed start during which it is not tried again, in milliseconds. */
export const RETRY_DELAY = 5_000;

export interface StartOptions {
  /** Called once for each failed start. */
  onFailure: (error: unknown) => void;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/**
 * Starts something when it is first needed. A failure is remembered for some seconds, because each attempt opens files
 * and connections.
 */
export function startOnce<Result>(open: () => Promise<Result>, options: StartOptions): () => Promise<Result> {
  const { onFailure, monotonicNow } = options;
  let starting: Promise<Result> | undefined;
  let failedAt: number | undefined;
  return () => {
    if (failedAt !== undefined && monotonicNow() - failedAt >= RETRY_DELAY) starting = failedAt = undefined;
    starting ??= open().catch((error: unknown) => {
      failedAt = monotonicNow();
      onFailure(error);
      throw error;
    });
    return starting;
  };
}
