/** Weighted semaphore for slots or bytes, fair between owners. */
export interface Semaphore {
  /**
   * Waits for slots. The owner with the fewest slots is next, then the order of arrival decides. Owners at their maximum are
   * skipped.
   *
   * @param owner Owner of the slots.
   * @param signal Aborts waiting. Does not release acquired slots.
   * @param count Number of slots; at most the lesser of `total` and `perOwner`. @default 1
   * @returns Releases the slots. Further calls do nothing.
   * @throws The signal's reason if it aborts first.
   */
  acquire(owner: string, signal: AbortSignal, count?: number): Promise<() => void>;
  /** As {@link acquire}, but returns undefined instead of waiting. */
  tryAcquire(owner: string, count?: number): (() => void) | undefined;
  /** Number of acquired slots. */
  readonly acquired: number;
}

export interface SemaphoreOptions {
  /** Total number of slots. */
  total: number;
  /** Maximum number of slots of one owner. */
  perOwner: number;
}

/**
 * The share of slots that one owner may hold: three quarters, and at most all but one, so that other owners need not wait for a
 * slow one. A single slot is shared in turn.
 */
export const maxPerOwner = (total: number): number => Math.max(1, Math.min(Math.ceil(total * 0.75), total - 1));

interface Waiting {
  count: number;
  admit: () => void;
}

/** @see Semaphore */
export function createSemaphore({ total, perOwner: each }: SemaphoreOptions): Semaphore {
  const takenBy = new Map<string, number>();
  /** Waiting entries by owner, oldest first. Owners without entries are removed. */
  const waiting = new Map<string, Set<Waiting>>();
  let free = total;

  /** Acquires slots, and returns the function that releases them. */
  const take = (owner: string, count: number) => {
    takenBy.set(owner, (takenBy.get(owner) ?? 0) + count);
    free -= count;
    let isHeld = true;
    return () => {
      if (isHeld) release(owner, count);
      isHeld = false;
    };
  };
  const release = (owner: string, count: number) => {
    const left = (takenBy.get(owner) ?? count) - count;
    if (left === 0) takenBy.delete(owner);
    else takenBy.set(owner, left);
    free += count;
    admitAll();
  };
  /** The next entry. No entry overtakes it, so that large requests do not starve. */
  const findNext = () => {
    let found: { owner: string; entry: Waiting; taken: number } | undefined;
    for (const [owner, [entry]] of waiting) {
      const taken = takenBy.get(owner) ?? 0;
      if (!entry || taken + entry.count > each || (found && found.taken <= taken)) continue;
      found = { owner, entry, taken };
    }
    return found;
  };
  const remove = (owner: string, entry: Waiting) => {
    const entries = waiting.get(owner);
    entries?.delete(entry);
    if (entries?.size === 0) waiting.delete(owner);
  };
  const admitAll = () => {
    for (let next = findNext(); next && next.entry.count <= free; next = findNext()) {
      const { owner, entry } = next;
      // Moves the owner to the end, so that owners with equally many slots alternate.
      const entries = waiting.get(owner);
      remove(owner, entry);
      if (entries && waiting.delete(owner)) waiting.set(owner, entries);
      entry.admit();
    }
  };

  return {
    get acquired() {
      return total - free;
    },
    tryAcquire(owner, count = 1) {
      const isFree = count <= free && (takenBy.get(owner) ?? 0) + count <= each;
      return isFree && !waiting.has(owner) && !findNext() ? take(owner, count) : undefined;
    },
    acquire: (owner, signal, count = 1) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const onAbort = () => {
          remove(owner, entry);
          reject(signal.reason);
          // It may have blocked smaller entries.
          admitAll();
        };
        const entry: Waiting = {
          count,
          admit: () => {
            signal.removeEventListener('abort', onAbort);
            resolve(take(owner, count));
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const entries = waiting.get(owner);
        if (entries) entries.add(entry);
        else waiting.set(owner, new Set([entry]));
        admitAll();
      }),
  };
}
