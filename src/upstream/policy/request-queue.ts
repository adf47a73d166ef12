import { type Abortable, type Cancellation, offAbort, onAbort, type StartTimer } from '../../util/cancellation.ts';

/** The request queue of a key is full. */
export class QueueFullError extends Error {
  override name = 'QueueFullError' as const;

  constructor(maxWaiting: number) {
    super(`the request queue of this key is full: ${maxWaiting} requests are waiting`);
  }
}

export interface QueueEntryOptions {
  /** Aborts the wait, but not a request that has acquired a slot. */
  startBy?: AbortSignal | undefined;
  /** True for a request of low priority: it waits until no other request does, and polls never use all slots. */
  isPoll: boolean;
}

/** Limits the concurrent requests of one credential, and those that wait for a slot. Polls leave a quarter of the slots free. */
export interface RequestQueue {
  /**
   * Waits for a slot, first in, first out, polls last; {@link RequestQueue.release} returns it. If the queue is full, a poll
   * is rejected; any other request takes the place of the newest waiting poll, which is rejected instead.
   *
   * @param cancellation Aborts the wait.
   * @returns Undefined if a slot was free.
   * @throws QueueFullError if the queue is full; the reason of the cancellation or of `startBy`, whichever aborts first.
   */
  acquire(cancellation: Cancellation, options: QueueEntryOptions): Promise<void> | undefined;
  /** Releases a slot. @param isPoll The value with which it was acquired. */
  release(isPoll: boolean): void;
  /** Raises the limit of concurrent requests to its maximum. */
  raiseLimit(): void;
  /** Lowers the limit of concurrent requests, which then doubles with each second in which requests wait. */
  lowerLimit(): void;
  /** Number of waiting requests. */
  readonly size: number;
  /** True if no request runs or waits. */
  readonly isIdle: boolean;
  /** Called each time the queue becomes idle. @default nothing is called */
  onIdle: (() => void) | undefined;
  /** Maximum number of concurrent polls at present. */
  readonly maxPolls: number;
}

export interface RequestQueueOptions {
  /** Maximum number of concurrent requests. */
  concurrency: number;
  /** Maximum number of waiting requests. */
  maxWaiting: number;
  /** Maximum number of concurrent requests at first, and after {@link RequestQueue.lowerLimit}. */
  unconfirmedConcurrency: number;
  startTimer: StartTimer;
}

/** Time without a response after which the limit of an unconfirmed key doubles, in milliseconds. */
const RAISE_INTERVAL = 1_000;

/** Creates a request queue, with the limit of an unconfirmed key. */
export const createRequestQueue = (options: RequestQueueOptions): RequestQueue => new KeyQueue(options);

/** Each key has one, and most keys never wait: its parts are created on first use. */
class KeyQueue implements RequestQueue {
  onIdle: (() => void) | undefined;
  readonly #options: RequestQueueOptions;
  readonly #initialLimit: number;
  #normal: Set<QueueEntry> | undefined;
  #polls: Set<QueueEntry> | undefined;
  #limit: number;
  #running = 0;
  #runningPolls = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: RequestQueueOptions) {
    this.#options = options;
    this.#initialLimit = Math.min(options.unconfirmedConcurrency, options.concurrency);
    this.#limit = this.#initialLimit;
  }

  get size(): number {
    return (this.#normal?.size ?? 0) + (this.#polls?.size ?? 0);
  }

  get isIdle(): boolean {
    return this.#running === 0 && this.size === 0;
  }

  get maxPolls(): number {
    return maxPolls(this.#limit);
  }

  raiseLimit(): void {
    this.#setLimit(this.#options.concurrency);
  }

  lowerLimit(): void {
    this.#setLimit(this.#initialLimit);
  }

  acquire(cancellation: Cancellation, { startBy, isPoll }: QueueEntryOptions): Promise<void> | undefined {
    cancellation.throwIfAborted();
    startBy?.throwIfAborted();
    // While requests of the same priority or a higher one wait, no slot is free.
    if (this.#isFree(isPoll)) {
      this.#count(isPoll, 1);
      return undefined;
    }
    this.#evictIfFull(isPoll);
    return new Promise((resolve, reject) => {
      new QueueEntry({ queue: this.#queueOf(isPoll), cancellation, startBy, resolve, reject });
      this.#scheduleRaise();
    });
  }

  release(isPoll: boolean): void {
    this.#count(isPoll, -1);
    this.#admit();
    if (this.onIdle && this.isIdle) this.onIdle();
  }

  #queueOf(isPoll: boolean): Set<QueueEntry> {
    if (isPoll) {
      this.#polls ??= new Set();
      return this.#polls;
    }
    this.#normal ??= new Set();
    return this.#normal;
  }

  #isFree(isPoll: boolean): boolean {
    return this.#running < this.#limit && !(isPoll && this.#runningPolls >= this.maxPolls);
  }

  #count(isPoll: boolean, change: 1 | -1): void {
    this.#running += change;
    if (isPoll) this.#runningPolls += change;
  }

  #evictIfFull(isPoll: boolean): void {
    const { maxWaiting } = this.#options;
    if (this.size < maxWaiting) return;
    const newest = isPoll ? undefined : [...(this.#polls ?? [])].at(-1);
    if (!newest) throw new QueueFullError(maxWaiting);
    newest.abort(new QueueFullError(maxWaiting));
  }

  #admit(): void {
    while (this.size > 0) {
      const isPoll = !this.#normal?.size;
      const [next] = (isPoll ? this.#polls : this.#normal) ?? [];
      if (!next || !this.#isFree(isPoll)) return;
      this.#count(isPoll, 1);
      next.admit();
    }
  }

  /** Slow responses must not block the other requests: one may take longer than all others together. */
  #scheduleRaise(): void {
    const { concurrency, startTimer } = this.#options;
    if (this.#limit === concurrency || this.size === 0) return;
    this.#cancelTimer ??= startTimer(RAISE_INTERVAL, () => {
      this.#cancelTimer = undefined;
      this.#limit = Math.min(concurrency, this.#limit * 2);
      this.#admit();
      this.#scheduleRaise();
    });
  }

  #setLimit(newLimit: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#limit = newLimit;
    this.#admit();
    this.#scheduleRaise();
  }
}

/** Maximum number of concurrent polls: three quarters of the limit, so that slow polls do not delay other requests. */
const maxPolls = (limit: number): number => Math.max(1, Math.floor(limit * 0.75));

interface QueueEntryState {
  queue: Set<QueueEntry>;
  cancellation: Cancellation;
  startBy: AbortSignal | undefined;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** A waiting request. It drops all references when it leaves the queue, because a Set may retain its removed entries. */
class QueueEntry implements Abortable {
  #options: QueueEntryState | undefined;

  constructor(options: QueueEntryState) {
    this.#options = options;
    const { queue, cancellation, startBy } = options;
    queue.add(this);
    cancellation.running = this;
    if (startBy) onAbort(startBy, this);
  }

  admit(): void {
    this.#remove()?.resolve();
  }

  abort(reason: unknown): void {
    this.#remove()?.reject(reason);
  }

  #remove(): QueueEntryState | undefined {
    const options = this.#options;
    if (!options) return undefined;
    this.#options = undefined;
    const { queue, cancellation, startBy } = options;
    queue.delete(this);
    cancellation.running = undefined;
    if (startBy) offAbort(startBy, this);
    return options;
  }
}
