import type { StreamState } from '../../client/index.ts';
import { createStore, type Store } from '../ui/store.ts';

/** Maximum number of entries; older ones are removed. */
const MAX_ENTRIES = 200;

/** One operation, event or upload, as the panel shows it. */
export interface ActivityEntry {
  readonly id: number;
  /** Wall-clock time, in milliseconds since the epoch. */
  readonly at: number;
  readonly kind: 'query' | 'mutation' | 'subscription' | 'event' | 'stream' | 'upload';
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed';
  /** Duration in milliseconds, once known. */
  readonly duration?: number;
  /** One line: the outcome, or the error. */
  readonly summary?: string;
  /** The text of the operation. */
  readonly document?: string;
  readonly variables?: unknown;
  readonly response?: unknown;
}

export interface ActivityLog {
  /** All entries, newest first. */
  readonly entries: Store<readonly ActivityEntry[]>;
  /** Adds an entry, and returns a function that changes it. */
  add(entry: Omit<ActivityEntry, 'id' | 'at'>): (change: Partial<ActivityEntry>) => void;
  /** Adds a change of the connection of a subscription. */
  addStreamState(state: StreamState): void;
  clear(): void;
}

/** Creates an empty log of one connection. */
export function createActivityLog(): ActivityLog {
  const entries = createStore<readonly ActivityEntry[]>([]);
  let nextId = 1;
  const add: ActivityLog['add'] = (entry) => {
    const id = nextId++;
    entries.set([{ ...entry, id, at: Date.now() }, ...entries.get()].slice(0, MAX_ENTRIES));
    return (change) => entries.set(entries.get().map((each) => (each.id === id ? { ...each, ...change } : each)));
  };
  return {
    entries,
    add,
    addStreamState({ status, retryIn, error }) {
      const delay = retryIn === undefined ? '' : ` for ${(retryIn / 1_000).toFixed(1)} s`;
      add({
        kind: 'stream',
        name: `connection ${status}${delay}`,
        state: error ? 'failed' : 'done',
        ...(error && { summary: error.message }),
      });
    },
    clear: () => entries.set([]),
  };
}
