import { Inbox } from './inbox.ts';
import { type Job, type JobEvent, type Listener, SharedPoll, type SharedPollOptions } from './shared-poll.ts';

export type { Job, JobEvent } from './shared-poll.ts';

/** A list in which jobs appear, those started elsewhere too. */
export interface JobList<State, Key> extends Job<readonly State[], Key> {
  readonly jobOf: (state: State) => Job<State, Key>;
}

export type Events<State, Key> = AsyncIterableIterator<JobEvent<State, Key>, undefined>;

/** Who listens to what. One poll for each name, however many listen. */
export interface Watch<State, Key> {
  /**
   * Listens to jobs. The first event of each is its state now; then one for each change; after the last the stream
   * completes. A failure that will not pass is the job's last event.
   */
  listen(jobs: readonly Job<State, Key>[]): Events<State, Key>;
  /** Listens to every job of a list. Ends only when the reader leaves, or when reading the list fails for good. */
  follow(list: JobList<State, Key>): Events<State, Key>;
  /** Whoever polls this looks at once, because something was done to it. */
  wake(name: string): void;
  /** How many polls there are now. */
  readonly size: number;
  /** Stops every poll and completes every stream. */
  dispose(): void;
}

export function createWatch<State, Key>(options: SharedPollOptions): Watch<State, Key> {
  const jobs = new Map<string, SharedPoll<State, Key>>();
  const lists = new Map<string, SharedPoll<readonly State[], Key>>();
  const finished = new WeakMap<object, Map<string, JobEvent<State, Key>>>();

  function pollOf<Seen>(polls: Map<string, SharedPoll<Seen, Key>>, job: Job<Seen, Key>): SharedPoll<Seen, Key> {
    const known = polls.get(job.name);
    if (known) return known;
    const fresh = new SharedPoll(job, options, () => {
      if (polls.get(job.name) === fresh) polls.delete(job.name);
    });
    polls.set(job.name, fresh);
    return fresh;
  }

  /** The event that tells of a job found finished in a list: one for all who follow the list. */
  function finishedIn(listEvent: object, { key, name }: Job<State, Key>, state: State): JobEvent<State, Key> {
    const events = finished.get(listEvent) ?? new Map<string, JobEvent<State, Key>>();
    finished.set(listEvent, events);
    const event = events.get(name) ?? { key, state };
    events.set(name, event);
    return event;
  }

  return {
    listen(wanted) {
      const joined = new Set<SharedPoll<State, Key>>();
      const inbox = new Inbox<JobEvent<State, Key>>(
        wanted.map(({ name }) => name),
        () => {
          for (const poll of joined) poll.leave(inbox);
        },
      );
      for (const job of wanted) {
        const poll = pollOf(jobs, job);
        joined.add(poll);
        poll.join(inbox);
      }
      return inbox;
    },

    follow(list) {
      const joined = new Map<string, { poll: SharedPoll<State, Key>; listener: Listener<State, Key> }>();
      // Kept even when a list lacks a job for once, so that none is reported again when it is back.
      const seen = new Set<string>();
      const inbox = new Inbox<JobEvent<State, Key>>([list.name], () => {
        for (const { poll, listener } of joined.values()) poll.leave(listener);
        listPoll.leave(listener);
      });
      const join = (job: Job<State, Key>) => {
        const poll = pollOf(jobs, job);
        const listener: Listener<State, Key> = {
          put: (name, event) => inbox.put(name, event),
          end: (name) => {
            joined.delete(name);
            inbox.end(name);
          },
        };
        joined.set(job.name, { poll, listener });
        inbox.open(job.name);
        poll.join(listener);
      };
      const listener: Listener<readonly State[], Key> = {
        put(name, event) {
          if ('error' in event) return inbox.put(name, event);
          const found = event.state.map((state) => ({ state, job: list.jobOf(state) }));
          for (const { state, job } of found) {
            if (seen.has(job.name)) continue;
            seen.add(job.name);
            if (job.isFinished(state)) inbox.put(job.name, finishedIn(event, job, state));
            else join(job);
          }
        },
        end(name) {
          for (const [job, { poll, listener }] of joined) {
            poll.leave(listener);
            inbox.end(job);
          }
          inbox.end(name);
        },
      };
      const listPoll = pollOf(lists, list);
      listPoll.join(listener);
      return inbox;
    },

    wake(name) {
      jobs.get(name)?.wake();
      lists.get(name)?.wake();
    },

    get size() {
      return jobs.size + lists.size;
    },

    dispose() {
      for (const poll of [...jobs.values(), ...lists.values()]) poll.stop();
    },
  };
}
