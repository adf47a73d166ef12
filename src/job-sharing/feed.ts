import type { JobEvent } from '../jobs/events.ts';
import type { Job, JobList, LastState } from '../jobs/source.ts';

/** Where the events of jobs come from: the schedule of this replica, or that of another one. */
export interface Feed<State, Key> {
  /** Begins to report a job. Its current state comes first. */
  join(job: Job<State, Key>, options: FeedOptions<State>): void;
  /** Stops reporting a job. */
  leave(name: string): void;
  /** Polls a job before others while requests wait for it. */
  setWaiting(name: string, isWaiting: boolean): void;
  /** Begins to report all jobs of a list. */
  follow(list: JobList<State, Key>): void;
  unfollow(name: string): void;
  /** Polls a job at once. */
  wake(name: string): void;
  /** Adds a job that was just started to its list. */
  announce(job: Job<State, Key>): void;
  /** Stops all polls for a time, in milliseconds. */
  hold(milliseconds: number): void;
  /** Ends all reports. Nothing is reported any more, not even an end. */
  dispose(): void;
}

export interface FeedOptions<State> {
  /** Position among the jobs of its first listener. */
  readonly position: number;
  readonly isWaiting: boolean;
  /** The state that listeners know already. */
  readonly known: LastState<State> | undefined;
}

/** Receives the events of a feed. */
export interface FeedReader<State, Key> {
  /** True if a state of a job was reported, so that the job is known to exist. */
  isSeen(name: string): boolean;
  onEvent(name: string, event: JobEvent<State, Key>): void;
  /** A state that was stored earlier. The feed may report the same one again. */
  onStored(name: string, event: JobEvent<State, Key>): void;
  /** Called after the last event of a job. */
  onEnd(name: string): void;
  /** @param name The name of the job; that of the list for events of the list itself. */
  onListEvent(list: string, name: string, event: JobEvent<State, Key>): void;
  /** Called after the last event of a list. */
  onListEnd(list: string): void;
  /** Called when a list no longer contains a job that has ended, or contains it again. */
  onGone(list: string, name: string, isGone: boolean): void;
}
