import type { Sleep } from '../util/timers.ts';
import { type BackoffOptions, createBackoff } from './backoff.ts';
import type { Pacer } from './pacer.ts';
import { LONG_WAIT, type Poll, type Pollable, startPoll } from './poll.ts';

/** A job or a list to poll. */
export interface Job<State, Key> extends Pollable<State> {
  /** Key that is returned with every event. */
  readonly key: Key;
  /** Unique name, across all credentials. */
  readonly name: string;
  readonly pace: Pick<BackoffOptions, 'fastest' | 'slowest'>;
  /** Rate limit of its credential. */
  readonly pacer: Pacer;
}

/** A job cannot be read yet, because its credential is on hold. The stream continues. */
export class OnHoldError extends Error {
  override name = 'OnHoldError' as const;
  /** Time until the job is read, in milliseconds. */
  readonly wait: number;

  constructor(wait: number) {
    super('expected to read a job, but its credential is on hold');
    this.wait = wait;
  }
}

/** An event of a job. All its listeners receive the same object, so that derived results can be cached by it. */
export type JobEvent<State, Key> =
  | StateEvent<State, Key>
  | {
      readonly key: Key;
      /** The last event of the job, unless it is an {@link OnHoldError}. */
      readonly error: unknown;
      /** True if an earlier read succeeded, or a list contained the job. */
      readonly wasSeen: boolean;
    };

interface StateEvent<State, Key> {
  readonly key: Key;
  readonly state: State;
  /** Time of the last successful read, if later ones failed. */
  readonly staleSince?: Date;
}

export interface Listener<State, Key> {
  put(name: string, event: JobEvent<State, Key>): void;
  /** Called after the last event. */
  end(name: string): void;
}

export interface SharedPollOptions {
  sleep: Sleep;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Returns a random number in [0, 1), for the jitter. */
  random: () => number;
  /** Time for which a poll continues after its last listener has left, in milliseconds; for reconnects. */
  gracePeriod: number;
  /** Maximum duration of consecutive failures before the poll ends, in milliseconds. */
  maxOutage: number;
}

/** One poll and its listeners. Starts immediately. Stops when the job has finished or failed, or a grace period after the last listener has left. */
export class SharedPoll<State, Key> {
  readonly #job: Job<State, Key>;
  readonly #options: SharedPollOptions;
  readonly #listeners = new Set<Listener<State, Key>>();
  /** Listeners that joined when the latest state was stale: they receive the next state, changed or not. */
  readonly #pendingListeners = new Set<Listener<State, Key>>();
  readonly #stop = new AbortController();
  readonly #poll: Poll;
  readonly #onEnd: () => void;
  #latest: StateEvent<State, Key> | undefined;
  /** {@link #latest} with `staleSince`, for listeners that join while reads are blocked. */
  #stale: StateEvent<State, Key> | undefined;
  /** Listeners that have received an {@link OnHoldError}. */
  readonly #notifiedOfHold = new WeakSet<Listener<State, Key>>();
  /** Time of the last successful read, by the monotonic clock, in milliseconds. */
  #readAt = 0;
  /** Time of the last successful read, by the wall clock, in milliseconds since the epoch. */
  #readAtWallClock = 0;
  readonly #startedAt: number;
  /** True if a read has failed with a `Retry-After`. */
  #hadRetryAfter = false;
  #gracePeriod: AbortController | undefined;
  #hasEnded = false;

  /** @param onEnd Called once, when the poll has ended. */
  constructor(job: Job<State, Key>, options: SharedPollOptions, onEnd: () => void) {
    this.#job = job;
    this.#options = options;
    this.#onEnd = onEnd;
    this.#startedAt = options.monotonicNow();
    this.#poll = startPoll({
      ...options,
      source: job,
      pacer: job.pacer,
      backoff: createBackoff({ ...job.pace, random: options.random }),
      signal: this.#stop.signal,
      onPoll: (state) => this.#onPoll(state),
      onTransientError: (retryAfter) => this.#onTransientError(retryAfter),
    });
    this.#poll.done.then(
      () => this.#end(),
      (error: unknown) => this.#fail(error),
    );
  }

  join(listener: Listener<State, Key>): void {
    this.#gracePeriod?.abort();
    this.#listeners.add(listener);
    if (!this.#latest) {
      if (this.#poll.isBlocked || !this.#poll.isPolling) this.#reportHold();
      return;
    }
    const age = this.#options.monotonicNow() - this.#readAt;
    if (this.#latest.staleSince !== undefined || age <= this.#poll.interval) {
      listener.put(this.#job.name, this.#latest);
    } else {
      this.#pendingListeners.add(listener);
      if (this.#poll.isBlocked) listener.put(this.#job.name, this.#staleEvent(this.#latest));
      if (!this.#poll.isPolling) this.#poll.wake();
    }
  }

  leave(listener: Listener<State, Key>): void {
    this.#listeners.delete(listener);
    this.#pendingListeners.delete(listener);
    if (this.#listeners.size > 0 || this.#hasEnded) return;
    if (this.#options.gracePeriod === 0) {
      this.stop();
      return;
    }
    this.#gracePeriod = new AbortController();
    this.#options.sleep(this.#options.gracePeriod, this.#gracePeriod.signal).then(
      () => this.stop(),
      () => {},
    );
  }

  wake(): void {
    this.#poll.wake();
  }

  /** Aborts the pending read and ends all listeners. */
  stop(): void {
    this.#stop.abort();
    this.#end();
  }

  #onPoll(state: State): void {
    const before = this.#latest;
    const event = { key: this.#job.key, state };
    this.#readAt = this.#options.monotonicNow();
    this.#readAtWallClock = this.#options.now();
    this.#latest = event;
    this.#stale = undefined;
    const hasChanged =
      before === undefined || before.staleSince !== undefined || this.#job.isChange(before.state, state);
    this.#emit(hasChanged ? this.#listeners : this.#pendingListeners, event);
  }

  #onTransientError(retryAfter: number | undefined): void {
    const before = this.#latest;
    if (retryAfter !== undefined) this.#hadRetryAfter = true;
    if (!before) {
      this.#reportHold();
      return;
    }
    if (before.staleSince !== undefined) {
      this.#emit(this.#pendingListeners, before);
      return;
    }
    this.#latest = this.#staleEvent(before);
    this.#emit(this.#listeners, this.#latest);
  }

  #staleEvent({ key, state }: StateEvent<State, Key>): StateEvent<State, Key> {
    this.#stale ??= { key, state, staleSince: new Date(this.#readAtWallClock) };
    return this.#stale;
  }

  /** Emits an {@link OnHoldError} to each listener, once, if the job was not read yet because of one long hold or several. */
  #reportHold(): void {
    const { heldFor } = this.#job.pacer;
    const isLong = heldFor >= LONG_WAIT || this.#options.monotonicNow() - this.#startedAt >= LONG_WAIT;
    if (!isLong || !(heldFor > 0 || this.#hadRetryAfter)) return;
    const waiting = [...this.#listeners].filter((listener) => !this.#notifiedOfHold.has(listener));
    if (waiting.length === 0) return;
    for (const listener of waiting) this.#notifiedOfHold.add(listener);
    this.#emit(waiting, {
      key: this.#job.key,
      error: new OnHoldError(Math.max(heldFor, this.#poll.interval)),
      wasSeen: false,
    });
  }

  #fail(error: unknown): void {
    if (this.#hasEnded) return;
    const wasSeen = this.#latest !== undefined || this.#job.isKnown === true;
    this.#emit(this.#listeners, { key: this.#job.key, error, wasSeen });
    this.#end();
  }

  #emit(listeners: Iterable<Listener<State, Key>>, event: JobEvent<State, Key>): void {
    for (const listener of [...listeners]) listener.put(this.#job.name, event);
    this.#pendingListeners.clear();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#gracePeriod?.abort();
    this.#onEnd();
    for (const listener of [...this.#listeners]) listener.end(this.#job.name);
    this.#listeners.clear();
  }
}
