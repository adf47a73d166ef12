import type { Sleep } from '../util/timers.ts';
import { type BackoffOptions, createBackoff } from './backoff.ts';
import type { Pacer } from './pacer.ts';
import { LONG_WAIT, type Poll, type Pollable, startPoll } from './poll.ts';

/** Something to watch: how to look at it, and how often. */
export interface Job<State, Key> extends Pollable<State> {
  /** What its watcher calls it; handed back with every event. */
  readonly key: Key;
  /** Tells it apart from everything else that is watched, under other credentials too. */
  readonly name: string;
  readonly pace: Pick<BackoffOptions, 'fastest' | 'slowest'>;
  /** The budget of its credential. */
  readonly pacer: Pacer;
}

/** Nothing is known of a job yet, because its credential is on hold. The stream goes on. */
export class OnHoldError extends Error {
  override name = 'OnHoldError' as const;
  /** When the job is read, in milliseconds from now. */
  readonly wait: number;

  constructor(wait: number) {
    super('expected to read a job, but its credential is on hold');
    this.wait = wait;
  }
}

/** One thing that happened to a job. All its listeners get this very object, so work done for it can be shared by them. */
export type JobEvent<State, Key> =
  | SeenEvent<State, Key>
  | {
      readonly key: Key;
      readonly error: unknown;
      /** Whether any look succeeded before, or a list contained it. The last event of the job, unless the error is an {@link OnHoldError}. */
      readonly wasSeen: boolean;
    };

interface SeenEvent<State, Key> {
  readonly key: Key;
  readonly state: State;
  /** When it was last seen so, if the upstream cannot be read at present. */
  readonly staleSince?: Date;
}

export interface Listener<State, Key> {
  put(name: string, event: JobEvent<State, Key>): void;
  /** No event will follow. */
  end(name: string): void;
}

export interface SharedPollOptions {
  pause: Sleep;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** A random number from 0 up to 1, for the jitter. */
  random: () => number;
  /** How long a poll goes on after its last listener left, in milliseconds: long enough for a reconnect. */
  gracePeriod: number;
  /** For how long looks may fail in a row before the poll ends, in milliseconds. */
  maxOutage: number;
}

/** One poll, and everyone who listens to it. It begins at once, and ends a while after the last listener has left. */
export class SharedPoll<State, Key> {
  readonly #job: Job<State, Key>;
  readonly #options: SharedPollOptions;
  readonly #listeners = new Set<Listener<State, Key>>();
  /** Those who joined when the latest state was old: the next look is told to them, changed or not. */
  readonly #owed = new Set<Listener<State, Key>>();
  readonly #stop = new AbortController();
  readonly #poll: Poll;
  readonly #onOver: () => void;
  #latest: SeenEvent<State, Key> | undefined;
  /** {@link #latest} with its age, for those who cannot wait until it is read again. */
  #stale: SeenEvent<State, Key> | undefined;
  /** Those who know that the credential is on hold. */
  readonly #informed = new WeakSet<Listener<State, Key>>();
  /** When the last look succeeded: by the monotonic clock, and by the wall clock, in milliseconds. */
  #seenAt = 0;
  #seenSince = 0;
  readonly #begunAt: number;
  /** Whether the upstream has asked to wait instead of answering. */
  #isRefused = false;
  #lingering: AbortController | undefined;
  #isOver = false;

  /** @param onOver Called once, when nothing more will come of it. */
  constructor(job: Job<State, Key>, options: SharedPollOptions, onOver: () => void) {
    this.#job = job;
    this.#options = options;
    this.#onOver = onOver;
    this.#begunAt = options.monotonicNow();
    this.#poll = startPoll({
      ...options,
      source: job,
      pacer: job.pacer,
      backoff: createBackoff({ ...job.pace, random: options.random }),
      signal: this.#stop.signal,
      onPoll: (state) => this.#look(state),
      onTransientError: (wait) => this.#trouble(wait),
    });
    this.#poll.over.then(
      () => this.#end(),
      (error: unknown) => this.#fail(error),
    );
  }

  join(listener: Listener<State, Key>): void {
    this.#lingering?.abort();
    this.#listeners.add(listener);
    if (!this.#latest) {
      if (this.#poll.isBlocked || !this.#poll.isPolling) this.#reportHold();
      return;
    }
    const age = this.#options.monotonicNow() - this.#seenAt;
    if (this.#latest.staleSince !== undefined || age <= this.#poll.interval) {
      listener.put(this.#job.name, this.#latest);
    } else {
      this.#owed.add(listener);
      if (this.#poll.isBlocked) listener.put(this.#job.name, this.#staleEvent(this.#latest));
      if (!this.#poll.isPolling) this.#poll.wake();
    }
  }

  leave(listener: Listener<State, Key>): void {
    this.#listeners.delete(listener);
    this.#owed.delete(listener);
    if (this.#listeners.size > 0 || this.#isOver) return;
    if (this.#options.gracePeriod === 0) {
      this.stop();
      return;
    }
    this.#lingering = new AbortController();
    this.#options.pause(this.#options.gracePeriod, this.#lingering.signal).then(
      () => this.stop(),
      () => {},
    );
  }

  wake(): void {
    this.#poll.wake();
  }

  /** Aborts the look under way and completes every listener. */
  stop(): void {
    this.#stop.abort();
    this.#end();
  }

  #look(state: State): void {
    const before = this.#latest;
    const event = { key: this.#job.key, state };
    this.#seenAt = this.#options.monotonicNow();
    this.#seenSince = this.#options.now();
    this.#latest = event;
    this.#stale = undefined;
    const isNews = before === undefined || before.staleSince !== undefined || this.#job.isChange(before.state, state);
    this.#tell(isNews ? this.#listeners : this.#owed, event);
  }

  #trouble(wait: number | undefined): void {
    const before = this.#latest;
    if (wait !== undefined) this.#isRefused = true;
    if (!before) {
      this.#reportHold();
      return;
    }
    if (before.staleSince !== undefined) {
      this.#tell(this.#owed, before);
      return;
    }
    this.#latest = this.#staleEvent(before);
    this.#tell(this.#listeners, this.#latest);
  }

  #staleEvent({ key, state }: SeenEvent<State, Key>): SeenEvent<State, Key> {
    this.#stale ??= { key, state, staleSince: new Date(this.#seenSince) };
    return this.#stale;
  }

  /** Informs listeners, each once, that nothing is known of the job yet because of a long hold, or of many short ones. */
  #reportHold(): void {
    const { held } = this.#job.pacer;
    const isLong = held >= LONG_WAIT || this.#options.monotonicNow() - this.#begunAt >= LONG_WAIT;
    if (!isLong || !(held > 0 || this.#isRefused)) return;
    const uninformed = [...this.#listeners].filter((listener) => !this.#informed.has(listener));
    if (uninformed.length === 0) return;
    for (const listener of uninformed) this.#informed.add(listener);
    this.#tell(uninformed, {
      key: this.#job.key,
      error: new OnHoldError(Math.max(held, this.#poll.interval)),
      wasSeen: false,
    });
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    const wasSeen = this.#latest !== undefined || this.#job.isKnown === true;
    this.#tell(this.#listeners, { key: this.#job.key, error, wasSeen });
    this.#end();
  }

  #tell(listeners: Iterable<Listener<State, Key>>, event: JobEvent<State, Key>): void {
    for (const listener of [...listeners]) listener.put(this.#job.name, event);
    this.#owed.clear();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#lingering?.abort();
    this.#onOver();
    for (const listener of [...this.#listeners]) listener.end(this.#job.name);
    this.#listeners.clear();
  }
}
