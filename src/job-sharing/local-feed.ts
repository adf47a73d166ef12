import type { Listener } from '../jobs/events.ts';
import type { Schedule } from '../jobs/schedule.ts';
import type { Job, JobList } from '../jobs/source.ts';
import type { Feed, FeedOptions, FeedReader } from './feed.ts';

/** The feed of this replica's own schedule, which polls while the other replicas cannot be reached. */
export class LocalFeed<State, Key> implements Feed<State, Key> {
  readonly #schedule: Schedule<State, Key>;
  readonly #reader: FeedReader<State, Key>;
  readonly #jobs: Listener<State, Key>;
  readonly #lists = new Map<string, Listener<State, Key>>();
  readonly #waiting = new Set<string>();
  #isDisposed = false;

  constructor(schedule: Schedule<State, Key>, reader: FeedReader<State, Key>) {
    this.#schedule = schedule;
    this.#reader = reader;
    this.#jobs = {
      put: (name, event) => reader.onEvent(name, event),
      end: (name) => {
        this.#waiting.delete(name);
        if (!this.#isDisposed) reader.onEnd(name);
      },
    };
  }

  join(job: Job<State, Key>, { position, known, isWaiting }: FeedOptions<State>): void {
    if (this.#schedule.join(job, this.#jobs, { position, known })) this.setWaiting(job.name, isWaiting);
  }

  leave(name: string): void {
    this.setWaiting(name, false);
    this.#schedule.leave(name, this.#jobs);
  }

  setWaiting(name: string, isWaiting: boolean): void {
    if (this.#waiting.has(name) === isWaiting) return;
    this.#schedule.setWaiting(name, isWaiting ? 1 : -1);
    if (isWaiting) this.#waiting.add(name);
    else this.#waiting.delete(name);
  }

  follow(list: JobList<State, Key>): void {
    const { name: listName } = list;
    const listener: Listener<State, Key> = {
      put: (name, event) => this.#reader.onListEvent(listName, name, event),
      end: () => {
        if (!this.#isDisposed) this.#reader.onListEnd(listName);
      },
      setGone: (name, isGone) => this.#reader.onGone(listName, name, isGone),
    };
    this.#lists.set(listName, listener);
    this.#schedule.joinList(list, listener);
  }

  unfollow(name: string): void {
    const listener = this.#lists.get(name);
    if (listener) this.#schedule.leaveList(name, listener);
    this.#lists.delete(name);
  }

  wake(name: string): void {
    this.#schedule.wake(name);
  }

  announce(job: Job<State, Key>): void {
    this.#schedule.announce(job);
  }

  hold(milliseconds: number): void {
    this.#schedule.hold(milliseconds);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#schedule.dispose();
  }
}
