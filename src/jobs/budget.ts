import type { PollGate } from './poll-gate.ts';

export interface BudgetOptions {
  /** Maximum number of polls per second. */
  perSecond: number;
  /** Returns the maximum number of concurrent polls. */
  concurrency: () => number;
  /** Spreads polls after an outage or a hold. @default polls resume at once */
  gate?: PollGate | undefined;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
}

/** Time without a response to any poll, while no more may be sent, that counts as an outage, in milliseconds. */
const CONGESTION_TIME = 5_000;

/** Time without a block after which the next one is another, in milliseconds. */
const NEW_BLOCK_TIME = 5_000;

/** Why no poll of a credential may be sent. */
export interface Block {
  readonly reason: 'hold' | 'outage';
  /** Time at which polls stopped. */
  readonly since: Date;
  /** Remaining time, in milliseconds. */
  readonly remaining: number;
}

/**
 * Limits the rate and the number of concurrent polls of one credential. Polls are evenly spaced: unused slots expire, so
 * they never accumulate into a burst.
 */
export class PollBudget {
  readonly #options: BudgetOptions;
  readonly #interval: number;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #nextAt = Number.NEGATIVE_INFINITY;
  #running = 0;
  /** Time since which the maximum number of polls is pending. */
  #fullSince: { readonly at: number; readonly date: Date } | undefined;
  #blockedSince: Date | undefined;
  /** End of the last block, in milliseconds. */
  #blockedUntil = Number.NEGATIVE_INFINITY;
  /** True from the end of a hold or outage until no poll is overdue: polls then pass the gate. */
  #isResuming = false;
  /** Time of the poll that is reserved at the gate. */
  #reservedAt: number | undefined;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#interval = 1_000 / options.perSecond;
  }

  /** Stops all polls for a time, in milliseconds. */
  hold(milliseconds: number): void {
    if (!(milliseconds > 0)) return;
    this.#heldUntil = Math.max(this.#heldUntil, this.#options.monotonicNow() + milliseconds);
  }

  /**
   * The outage that is assumed while the maximum number of concurrent polls gets no response for some seconds; undefined
   * without one.
   */
  get congestion(): Block | undefined {
    const full = this.#fullSince;
    if (!full || this.#options.monotonicNow() - full.at < CONGESTION_TIME - 1) return undefined;
    return { reason: 'outage', since: full.date, remaining: 0 };
  }

  /** The hold or outage that stops all polls; undefined without one. */
  get block(): Block | undefined {
    const { gate, monotonicNow, now } = this.#options;
    const held = Math.max(0, this.#heldUntil - monotonicNow());
    const remaining = Math.max(held, gate?.outage ?? 0);
    if (remaining <= 0) return undefined;
    // A block that ended while nothing was due is over.
    if (monotonicNow() - this.#blockedUntil > NEW_BLOCK_TIME) this.#blockedSince = undefined;
    this.#blockedUntil = monotonicNow() + remaining;
    this.#blockedSince ??= new Date(now());
    return { reason: remaining > held ? 'outage' : 'hold', since: this.#blockedSince, remaining };
  }

  /**
   * Returns the time until the next poll may be sent, in milliseconds. Infinite while the maximum number of concurrent
   * polls is reached.
   *
   * @param overdue Returns the number of overdue polls.
   */
  wait(overdue: () => number): number {
    const { block } = this;
    // At least the resolution of timers: a shorter wait counts as none.
    if (block) return Math.max(1, block.remaining);
    const { gate, concurrency, monotonicNow } = this.#options;
    if (this.#blockedSince) {
      this.#blockedSince = undefined;
      this.#reservedAt = undefined;
      this.#isResuming = true;
      gate?.resume(overdue());
    }
    if (this.#running >= concurrency()) return Number.POSITIVE_INFINITY;
    const now = monotonicNow();
    if (gate && this.#isResuming) this.#reservedAt ??= gate.reserve();
    return Math.max(0, this.#nextAt - now, (this.#reservedAt ?? now) - now);
  }

  /** Number of polls without a response yet. */
  get running(): number {
    return this.#running;
  }

  /** Reports that no poll is overdue. */
  endResuming(): void {
    if (!this.#blockedSince) this.#isResuming = false;
  }

  /** Counts a poll. @returns The function that ends it. */
  start(): () => void {
    const { concurrency, monotonicNow, now } = this.#options;
    this.#running++;
    if (this.#running >= concurrency()) this.#fullSince = { at: monotonicNow(), date: new Date(now()) };
    this.#reservedAt = undefined;
    this.#nextAt = Math.max(monotonicNow(), this.#nextAt) + this.#interval;
    let hasEnded = false;
    return () => {
      if (!hasEnded) this.#running--;
      hasEnded = true;
      this.#fullSince = undefined;
    };
  }
}
