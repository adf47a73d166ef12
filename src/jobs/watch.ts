import { type BackoffOptions, createBackoff } from './backoff.ts';
import { Inbox } from './inbox.ts';
import type { Pause } from './pause.ts';
import { poll } from './poll.ts';

/** A job to watch: how to look at it, and what its states mean. */
export interface Job<State, Key> {
  /** What its watcher calls it; handed back with every event. */
  readonly key: Key;
  /** Tells the job apart from every other one, those of other credentials included. */
  readonly name: string;
  readonly read: (signal: AbortSignal) => Promise<State>;
  readonly isFinished: (state: State) => boolean;
  readonly isChange: (before: State, after: State) => boolean;
  readonly isPassing: (error: unknown) => boolean;
  readonly pace: Pick<BackoffOptions, 'fastest' | 'slowest'>;
}

/** One thing that happened to a job. All its listeners get this very object, so work done for it can be shared by them. */
export type JobEvent<State, Key> =
  | { readonly key: Key; readonly state: State }
  | {
      readonly key: Key;
      readonly error: unknown;
      /** The last state that was seen; undefined when the very first look failed. */
      readonly last: State | undefined;
    };

export interface Watch<State, Key> {
  /**
   * Listens to jobs. The first event of each is its state now; then one for each change; after the last the stream
   * completes. A failure that will not pass is the job's last event.
   */
  listen(jobs: readonly Job<State, Key>[]): AsyncIterableIterator<JobEvent<State, Key>, undefined>;
  /** How many jobs are polled now. */
  readonly size: number;
  /** Stops every poll and completes every stream. */
  dispose(): void;
}

export interface WatchOptions {
  pause: Pause;
  /** A random number from 0 up to 1, for the jitter. @default Math.random */
  random?: () => number;
}

/** Knows who listens to which job, and keeps one poll for each job that anyone listens to. */
export function createWatch<State, Key>({ pause, random = Math.random }: WatchOptions): Watch<State, Key> {
  const watched = new Map<string, Watched<State, Key>>();

  const start = (job: Job<State, Key>): Watched<State, Key> => {
    const entry: Watched<State, Key> = { inboxes: new Set(), stop: new AbortController() };
    watched.set(job.name, entry);
    const tell = (event: JobEvent<State, Key>) => {
      entry.latest = event;
      for (const inbox of entry.inboxes) inbox.put(job.name, event);
    };
    const end = () => {
      if (watched.get(job.name) === entry) watched.delete(job.name);
      for (const inbox of [...entry.inboxes]) inbox.end(job.name);
    };
    poll({
      ...job,
      onChange: (state) => tell({ key: job.key, state }),
      backoff: createBackoff({ ...job.pace, random }),
      pause,
      signal: entry.stop.signal,
    })
      .catch((error: unknown) => {
        if (entry.stop.signal.aborted) return;
        const last = entry.latest && 'state' in entry.latest ? entry.latest.state : undefined;
        tell({ key: job.key, error, last });
      })
      .finally(end);
    return entry;
  };

  const leave = (name: string, entry: Watched<State, Key>, inbox: Inbox<JobEvent<State, Key>>) => {
    entry.inboxes.delete(inbox);
    if (entry.inboxes.size > 0) return;
    if (watched.get(name) === entry) watched.delete(name);
    entry.stop.abort();
  };

  return {
    listen(jobs) {
      const joined: [string, Watched<State, Key>][] = [];
      const inbox = new Inbox<JobEvent<State, Key>>(
        jobs.map((job) => job.name),
        () => {
          for (const [name, entry] of joined) leave(name, entry, inbox);
        },
      );
      for (const job of jobs) {
        const entry = watched.get(job.name) ?? start(job);
        joined.push([job.name, entry]);
        entry.inboxes.add(inbox);
        if (entry.latest) inbox.put(job.name, entry.latest);
      }
      return inbox;
    },
    get size() {
      return watched.size;
    },
    dispose() {
      for (const { stop } of [...watched.values()]) stop.abort();
    },
  };
}

interface Watched<State, Key> {
  readonly inboxes: Set<Inbox<JobEvent<State, Key>>>;
  readonly stop: AbortController;
  latest?: JobEvent<State, Key>;
}
