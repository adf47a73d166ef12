import { createSemaphore, shareOf } from '../util/semaphore.ts';

/** Decides when a body may be read. Until then it waits with its sender, not in memory. */
export interface UploadQueue {
  /**
   * Resolves when the body may be read, to the function that ends its turn. Owners take turns.
   *
   * @param owner Whose body it is.
   * @throws The signal's reason when it aborts first.
   */
  acquire(signal: AbortSignal, owner: string): Promise<() => void>;
}

/** @param options.atOnce How many bodies are read at once. */
export function createUploadQueue({ atOnce }: { atOnce: number }): UploadQueue {
  const places = createSemaphore({ total: atOnce, each: shareOf(atOnce) });
  return { acquire: (signal, owner) => places.acquire(owner, signal) };
}
