/** A token bucket: a rate per second, and a burst of twice as much (compare RFC 2697). */
export interface TokenBucket {
  /**
   * Takes one token.
   *
   * @returns 0 if one was available, otherwise the seconds until one is.
   */
  take(): number;
  /** Seconds until a token is available; 0 if one is available now. */
  wait(): number;
}

export interface TokenBucketOptions {
  perSecond: number;
  /** True if rejected takes count, so that a client that does not slow down waits longer. @default false */
  countsRefused?: boolean;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Size of a burst: the tokens of this many seconds. */
export const BURST_SECONDS = 2;

export const createBucket = (options: TokenBucketOptions): TokenBucket => new Bucket(options);

// A class, because it needs less memory than closures, and there may be very many buckets.
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
    const now = monotonicNow();
    const added = ((now - this.#last) / 1_000) * perSecond;
    this.#last = now;
    this.#left = Math.min(perSecond * BURST_SECONDS, this.#left + added);
    return this.#left;
  }
}
