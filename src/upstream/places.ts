/** Room for a bounded number of things that take much memory, shared fairly. */
export interface Places {
  /**
   * Waits for a place, first come, first served; whoever has its share already is passed over.
   *
   * @param owner Whom the place counts for.
   * @param signal Ends the waiting, not the stay.
   * @returns Gives the place back; called again, it does nothing.
   * @throws The signal's reason when it aborts first.
   */
  enter(owner: string, signal: AbortSignal): Promise<() => void>;
}

export interface PlacesOptions {
  /** Places altogether. */
  total: number;
  /** Places that one owner may have at once. */
  each: number;
}

interface Waiting {
  owner: string;
  admit: () => void;
}

/** @see Places */
export function createPlaces({ total, each }: PlacesOptions): Places {
  const taken = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let free = total;

  const leave = (owner: string) => {
    const left = (taken.get(owner) ?? 1) - 1;
    if (left === 0) taken.delete(owner);
    else taken.set(owner, left);
    free++;
    admitAll();
  };
  const admitAll = () => {
    for (const next of waiting) {
      if (free === 0) return;
      const has = taken.get(next.owner) ?? 0;
      if (has >= each) continue;
      taken.set(next.owner, has + 1);
      free--;
      waiting.delete(next);
      next.admit();
    }
  };

  return {
    enter: (owner, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const giveUp = () => {
          waiting.delete(entry);
          reject(signal.reason);
        };
        const entry: Waiting = {
          owner,
          admit: () => {
            signal.removeEventListener('abort', giveUp);
            let isHere = true;
            resolve(() => {
              if (isHere) leave(owner);
              isHere = false;
            });
          },
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(entry);
        admitAll();
      }),
  };
}
