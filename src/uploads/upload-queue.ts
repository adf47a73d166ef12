import { createSemaphore, maxPerOwner } from '../util/semaphore.ts';
import type { UploadLimits } from './limits.ts';

/** Limits the number of bodies with files received concurrently. A waiting body stays unread, so it takes no memory. */
export interface UploadQueue {
  /**
   * Waits for a slot, shared fairly between owners. Resolves to a function that releases it.
   *
   * @param owner Owner that the slot counts against.
   * @throws The signal's reason when it aborts first.
   */
  acquire(signal: AbortSignal, owner: string): Promise<() => void>;
}

/** @see UploadQueue */
export function createUploadQueue({ concurrentBodies: atOnce }: Pick<UploadLimits, 'concurrentBodies'>): UploadQueue {
  const slots = createSemaphore({ total: atOnce, perOwner: maxPerOwner(atOnce) });
  return { acquire: (signal, owner) => slots.acquire(owner, signal) };
}
