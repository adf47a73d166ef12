import { Inbox } from './inbox.ts';
import { type Job, type JobEvent, type Listener, SharedPoll, type SharedPollOptions } from './shared-poll.ts';

export type { Job, JobEvent } from './shared-poll.ts';

/** A list of jobs, including those that were started elsewhere. */
export interface JobList<State, Key> extends Job<readonly State[], Key> {
  readonly jobOf: (state: State) => Job<State, Key>;
}

export type Events<State, Key> = AsyncIterableIterator<JobEvent<State, Key>, undefined>;

/** Event streams of jobs and lists. All streams of one name share one poll. */
export interface Watch<State, Key> {
  /**
   * Listens to jobs. Emits the current state of each, then each change. A final error is the last event of its job. The stream
   * completes after the last events of all jobs.
   */
  listen(jobs: readonly Job<State, Key>[]): Events<State, Key>;
  /** Listens to all jobs of a list. Ends if the reader returns, or after a final error of the list. */
  follow(list: JobList<State, Key>): Events<State, Key>;
  /** Polls a job or list immediately, for example after a mutation. */
  wake(name: string): void;
  /** Number of active polls. */
  readonly size: number;
  /** Stops every poll and completes every stream. */
  dispose(): void;
}

export function createWatch<State, Key>(options: SharedPollOptions): Watch<State, Key> {
  const jobs = new Map<string, SharedPoll<State, Key>>();
  const lists = new Map<string, SharedPoll<readonly State[], Key>>();
  const finishedEvents = new WeakMap<object, Map<string, JobEvent<State, Key>>>();

  function pollOf<Seen>(polls: Map<string, SharedPoll<Seen, Key>>, job: Job<Seen, Key>): SharedPoll<Seen, Key> {
    const known = polls.get(job.name);
    if (known) return known;
    const fresh = new SharedPoll(job, options, () => {
      if (polls.get(job.name) === fresh) polls.delete(job.name);
    });
    polls.set(job.name, fresh);
    return fresh;
  }

  /** The event of a job that is finished in a list; the same object for all listeners of the list. */
  function finishedEvent(listEvent: object, { key, name }: Job<State, Key>, state: State): JobEvent<State, Key> {
    const events = finishedEvents.get(listEvent) ?? new Map<string, JobEvent<State, Key>>();
    finishedEvents.set(listEvent, events);
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
      // Jobs are kept even if a page of the list lacks them, so that they are not emitted again later.
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
            if (job.isFinished(state)) inbox.put(job.name, finishedEvent(event, job, state));
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
