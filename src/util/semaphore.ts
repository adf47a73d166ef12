/** A bounded resource that takes much memory or time, such as slots or bytes, shared fairly between owners. */
export interface Semaphore {
  /**
   * Waits for places. The owner that holds the fewest is next, then the order of arrival decides. An owner that has its
   * share is passed over.
   *
   * @param owner Whom the places count for.
   * @param signal Ends the waiting, not the stay.
   * @param count How many places are taken at once; the lesser of `total` and `each` at most. @default 1
   * @returns Gives the places back; called again, it does nothing.
   * @throws The signal's reason when it aborts first.
   */
  acquire(owner: string, signal: AbortSignal, count?: number): Promise<() => void>;
  /** As {@link acquire}, but undefined where it would have to wait. */
  tryEnter(owner: string, count?: number): (() => void) | undefined;
  /** How many places are taken now. */
  readonly taken: number;
}

export interface SemaphoreOptions {
  /** Places altogether. */
  total: number;
  /** Places that one owner may have at once. */
  each: number;
}

/**
 * How many of a number of places one owner may hold: three quarters, and at least one less than all, so that another owner
 * need not wait for a slow one. Owners take turns at a single place.
 */
export const shareOf = (total: number): number => Math.max(1, Math.min(Math.ceil(total * 0.75), total - 1));

interface Waiting {
  count: number;
  admit: () => void;
}

/** @see Semaphore */
export function createSemaphore({ total, each }: SemaphoreOptions): Semaphore {
  const takenBy = new Map<string, number>();
  /** By owner, the one that has waited longest first. An owner without an entry leaves the map. */
  const waiting = new Map<string, Set<Waiting>>();
  let free = total;

  /** Takes places, and returns what gives them back. */
  const take = (owner: string, count: number) => {
    takenBy.set(owner, (takenBy.get(owner) ?? 0) + count);
    free -= count;
    let isHere = true;
    return () => {
      if (isHere) leave(owner, count);
      isHere = false;
    };
  };
  const leave = (owner: string, count: number) => {
    const left = (takenBy.get(owner) ?? count) - count;
    if (left === 0) takenBy.delete(owner);
    else takenBy.set(owner, left);
    free += count;
    admitAll();
  };
  /** The next to enter: nobody overtakes it, so that one that needs much is not kept waiting by many that need little. */
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
      // Owners that hold equally many take turns.
      const entries = waiting.get(owner);
      remove(owner, entry);
      if (entries && waiting.delete(owner)) waiting.set(owner, entries);
      entry.admit();
    }
  };

  return {
    get taken() {
      return total - free;
    },
    tryEnter(owner, count = 1) {
      const isFree = count <= free && (takenBy.get(owner) ?? 0) + count <= each;
      return isFree && !waiting.has(owner) && !findNext() ? take(owner, count) : undefined;
    },
    acquire: (owner, signal, count = 1) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const giveUp = () => {
          remove(owner, entry);
          reject(signal.reason);
          // It may have kept others waiting that need less.
          admitAll();
        };
        const entry: Waiting = {
          count,
          admit: () => {
            signal.removeEventListener('abort', giveUp);
            resolve(take(owner, count));
          },
        };
        signal.addEventListener('abort', giveUp, { once: true });
        const entries = waiting.get(owner);
        if (entries) entries.add(entry);
        else waiting.set(owner, new Set([entry]));
        admitAll();
      }),
  };
}
