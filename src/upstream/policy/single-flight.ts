import { type Abortable, type AbortScope, type Cancellation, offAbort, onAbort } from '../../util/cancellation.ts';
import type { Requester } from '../observer.ts';
import type { Callbacks } from '../transport/transport.ts';

export interface SingleFlightOptions {
  /** Starts the deadline of a read. */
  startDeadline: () => Cancellation;
  /** Returns a number that was not returned before. */
  nextGeneration: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when a read joins another one. */
  onShared: () => void;
}

/** A read that can be shared. */
export interface SharableRead<Result> {
  /** Identifies the request. All reads with the same path have the same type of result. */
  readonly path: string;
  /** The request for which it is read. */
  readonly requester: Requester | undefined;
  /** Sends the request, unless the read joins another one. */
  run(cancellation: Cancellation, done: Callbacks<Result>): void;
}

/**
 * Maximum age of a read that other callers join, in milliseconds. Compared with a read of their own, their result may be
 * that much older, and their deadline that much earlier.
 */
const MAX_JOIN_AGE = 1_000;

/**
 * Single flight for the reads of one credential: concurrent equal reads share one request. The request is aborted when all
 * of its callers have aborted. Results are not cached.
 */
export class ReadSingleFlight {
  readonly #options: SingleFlightOptions;
  /**
   * Not a Map: frequent insertion and deletion leaves a chain of old hash tables, which retain their entries until the next
   * full garbage collection. That took a third of the time of a read.
   */
  #joinable: Joinable = Object.create(null);
  #generation: number;

  constructor(options: SingleFlightOptions) {
    this.#options = options;
    this.#generation = options.nextGeneration();
  }

  /** Changes after each write, so that no read joins one that started before the write ended. */
  get generation(): number {
    return this.#generation;
  }

  /** Starts a new generation, after a write has succeeded or failed: later reads join none of the earlier ones. */
  startGeneration(): void {
    this.#generation = this.#options.nextGeneration();
    this.#joinable = Object.create(null);
  }

  /**
   * Joins the running read of the same path, or starts this one.
   *
   * @param caller Removes this caller from the read when it aborts.
   * @throws The error of the read; the caller's reason if it aborts first.
   */
  join<Result>(read: SharableRead<Result>, caller: AbortSignal | AbortScope | undefined): Promise<Result> {
    if (caller?.aborted) return Promise.reject(caller.reason);
    const { startDeadline, monotonicNow, onShared } = this.#options;
    const { path, requester } = read;
    // All reads with the same path have the same type of result.
    const current = this.#joinable[path] as SharedRead<Result> | undefined;
    const now = monotonicNow();
    if (current && now - current.startedAt <= MAX_JOIN_AGE) {
      onShared();
      if (requester) {
        requester.shared++;
        requester.onJoin?.(current.requester);
      }
      return current.join(caller);
    }
    const cancellation = startDeadline();
    const shared = new SharedRead<Result>(this.#joinable, path, cancellation, requester, now);
    this.#joinable[path] = shared;
    // Before the read starts, because a read that fails at once rejects only the callers that have joined.
    const result = shared.join(caller);
    read.run(cancellation, shared);
    return result;
  }
}

/** The reads that can be joined, by path. */
type Joinable = Record<string, SharedRead<unknown>>;

/**
 * A read and its waiters. It drops all references when it ends, because the table of reads may retain it (see
 * {@link ReadSingleFlight}).
 */
class SharedRead<Result> implements Callbacks<Result> {
  /** By the monotonic clock, in milliseconds. */
  readonly startedAt: number;
  /** Contains this read until it ends. */
  #joinable: Joinable | undefined;
  readonly #path: string;
  #cancellation: Cancellation | undefined;
  /** The request for which it was started. */
  #requester: Requester | undefined;
  #waiters: Waiter<Result>[] | undefined;

  constructor(
    joinable: Joinable,
    path: string,
    cancellation: Cancellation,
    requester: Requester | undefined,
    startedAt: number,
  ) {
    this.#joinable = joinable;
    this.#path = path;
    this.#cancellation = cancellation;
    this.#requester = requester;
    this.startedAt = startedAt;
  }

  get requester(): Requester | undefined {
    return this.#requester;
  }

  join(caller: AbortSignal | AbortScope | undefined): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const waiter = new Waiter<Result>(this, caller, resolve, reject);
      // Most reads have one waiter. An empty list would reserve room for many with the first one.
      if (this.#waiters) this.#waiters.push(waiter);
      else this.#waiters = [waiter];
      if (caller) onAbort(caller, waiter);
    });
  }

  resolve(result: Result): void {
    for (const waiter of this.#close()) waiter.detach().resolve(result);
  }

  reject(error: unknown): void {
    for (const waiter of this.#close()) waiter.detach().reject(error);
  }

  /** Removes a waiter, and aborts the read if it was the last one. */
  remove(waiter: Waiter<Result>, reason: unknown): void {
    const waiters = this.#waiters ?? [];
    waiters.splice(waiters.indexOf(waiter), 1);
    if (waiters.length > 0) return;
    const cancellation = this.#cancellation;
    this.#close();
    cancellation?.abort(reason);
  }

  /** Ends the read, so that it can no longer be joined. @returns Its waiters. */
  #close(): readonly Waiter<Result>[] {
    const waiters = this.#waiters ?? [];
    if (this.#joinable?.[this.#path] === this) delete this.#joinable[this.#path];
    this.#joinable = undefined;
    this.#cancellation = undefined;
    this.#requester = undefined;
    this.#waiters = undefined;
    return waiters;
  }
}

/** A caller that waits for a read. */
class Waiter<Result> implements Abortable {
  readonly #read: SharedRead<Result>;
  readonly #caller: AbortSignal | AbortScope | undefined;
  readonly resolve: Callbacks<Result>['resolve'];
  readonly reject: Callbacks<Result>['reject'];

  constructor(
    read: SharedRead<Result>,
    caller: AbortSignal | AbortScope | undefined,
    resolve: Callbacks<Result>['resolve'],
    reject: Callbacks<Result>['reject'],
  ) {
    this.#read = read;
    this.#caller = caller;
    this.resolve = resolve;
    this.reject = reject;
  }

  abort(reason: unknown): void {
    this.detach().reject(reason);
    this.#read.remove(this, reason);
  }

  /** Stops listening to the caller's abort. @returns This waiter. */
  detach(): this {
    if (this.#caller) offAbort(this.#caller, this);
    return this;
  }
}
