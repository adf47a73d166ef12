/** Counts what somebody does: so much a second, and for a moment twice as much (a token bucket; RFC 2697 describes its like). */
export interface TokenBucket {
  /**
   * Takes one.
   *
   * @returns 0 when there was one, else in how many seconds there will be.
   */
  take(): number;
  /** In how many seconds there will be one; 0 when there is one now. */
  wait(): number;
}

export interface TokenBucketOptions {
  perSecond: number;
  /** Whether what is refused counts as well, so that whoever goes on has to wait for longer. @default false */
  countsRefused?: boolean;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** How many seconds' worth may come at once. */
const BURST_SECONDS = 2;

export const createBucket = (options: TokenBucketOptions): TokenBucket => new Bucket(options);

// A class, because there may be very many.
class Bucket implements TokenBucket {
  readonly #options: TokenBucketOptions;
  #left: number;
  #last: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#left = options.perSecond * BURST_SECONDS;
    this.#last = options.monotonicNow();
  }

  take(): number {
    const { perSecond, countsRefused } = this.#options;
    const left = this.#refill() - 1;
    this.#left = left < 0 && !countsRefused ? left + 1 : left;
    return left < 0 ? -left / perSecond : 0;
  }

  wait(): number {
    return Math.max(0, 1 - this.#refill()) / this.#options.perSecond;
  }

  #refill(): number {
    const { perSecond, monotonicNow } = this.#options;
    const time = monotonicNow();
    const grown = ((time - this.#last) / 1_000) * perSecond;
    this.#last = time;
    this.#left = Math.min(perSecond * BURST_SECONDS, this.#left + grown);
    return this.#left;
  }
}
