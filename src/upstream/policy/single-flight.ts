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
  readonly #startDeadline: () => Cancellation;
  readonly #nextGeneration: () => number;
  readonly #monotonicNow: () => number;
  /**
   * Not a Map: frequent insertion and deletion leaves a chain of old hash tables, which retain their entries until the next
   * full garbage collection. That took a third of the time of a read.
   */
  #joinable: Record<string, SharedRead<unknown>> = Object.create(null);
  #generation: number;

  constructor({ startDeadline, nextGeneration, monotonicNow }: SingleFlightOptions) {
    this.#monotonicNow = monotonicNow;
    this.#startDeadline = startDeadline;
    this.#nextGeneration = nextGeneration;
    this.#generation = nextGeneration();
  }

  /** Changes after each write, so that no read joins one that started before the write ended. */
  get generation(): number {
    return this.#generation;
  }

  /** Starts a new generation, after a write has succeeded or failed: later reads join none of the earlier ones. */
  startGeneration(): void {
    this.#generation = this.#nextGeneration();
    this.#joinable = Object.create(null);
  }

  /**
   * Joins the running read with this key, or starts it.
   *
   * @param key Identifies the request. All reads with the same key have the same type of result.
   * @param caller Removes this caller from the read when it aborts.
   * @param requester The request for which it is read.
   * @throws The error of the read; the caller's reason if it aborts first.
   */
  join<Result>(
    key: string,
    caller: AbortSignal | AbortScope | undefined,
    requester: Requester | undefined,
    read: (cancellation: Cancellation, done: Callbacks<Result>) => void,
  ): Promise<Result> {
    if (caller?.aborted) return Promise.reject(caller.reason);
    // All reads with the same key have the same type of result.
    const current = this.#joinable[key] as SharedRead<Result> | undefined;
    if (current && this.#monotonicNow() - current.startedAt <= MAX_JOIN_AGE) {
      requester?.onJoin?.(current.requester);
      return current.join(caller);
    }
    const cancellation = this.#startDeadline();
    const shared = new SharedRead<Result>({
      joinable: this.#joinable,
      key,
      cancellation,
      requester,
      startedAt: this.#monotonicNow(),
    });
    this.#joinable[key] = shared;
    // Before the read starts, because a read that fails at once rejects only the callers that have joined.
    const result = shared.join(caller);
    read(cancellation, shared);
    return result;
  }
}

interface SharedReadOptions {
  /** The reads that can be joined; contains this one until it ends. */
  readonly joinable: Record<string, SharedRead<unknown>>;
  readonly key: string;
  readonly cancellation: Cancellation;
  /** The request for which it was started. */
  readonly requester: Requester | undefined;
  /** By the monotonic clock, in milliseconds. */
  readonly startedAt: number;
}

/**
 * A read and its waiters. It drops all references when it ends, because the table of reads may retain it (see
 * {@link ReadSingleFlight}).
 */
class SharedRead<Result> implements Callbacks<Result> {
  #options: SharedReadOptions | undefined;
  #waiters: Waiter<Result>[] = [];

  constructor(options: SharedReadOptions) {
    this.#options = options;
  }

  get startedAt(): number {
    return this.#options?.startedAt ?? Number.NEGATIVE_INFINITY;
  }

  get requester(): Requester | undefined {
    return this.#options?.requester;
  }

  join(caller: AbortSignal | AbortScope | undefined): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const waiter = new Waiter<Result>({ read: this, caller, resolve, reject });
      this.#waiters.push(waiter);
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
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    if (this.#waiters.length > 0) return;
    const cancellation = this.#options?.cancellation;
    this.#close();
    cancellation?.abort(reason);
  }

  /** Ends the read, so that it can no longer be joined. @returns Its waiters. */
  #close(): readonly Waiter<Result>[] {
    const waiters = this.#waiters;
    const { joinable, key } = this.#options ?? {};
    if (joinable && key !== undefined && joinable[key] === this) delete joinable[key];
    this.#options = undefined;
    this.#waiters = [];
    return waiters;
  }
}

interface WaiterOptions<Result> {
  readonly read: SharedRead<Result>;
  readonly caller: AbortSignal | AbortScope | undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** A caller that waits for a read. */
class Waiter<Result> implements Abortable {
  readonly #options: WaiterOptions<Result>;

  constructor(options: WaiterOptions<Result>) {
    this.#options = options;
  }

  abort(reason: unknown): void {
    this.detach().reject(reason);
    this.#options.read.remove(this, reason);
  }

  /** Stops listening to the caller's abort. @returns The callbacks for the result. */
  detach(): Pick<WaiterOptions<Result>, 'resolve' | 'reject'> {
    if (this.#options.caller) offAbort(this.#options.caller, this);
    return this.#options;
  }
}
