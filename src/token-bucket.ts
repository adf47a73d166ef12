/** Counts what somebody does: so much a second, and for a moment twice as much (a token bucket; RFC 2697 describes its like). */
export interface TokenBucket {
  /**
   * Takes one.
   *
   * @returns 0 when there was one, else in how many seconds there will be.
   */
  take(): number;
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
    const { perSecond, countsRefused, monotonicNow } = this.#options;
    const time = monotonicNow();
    const grown = ((time - this.#last) / 1_000) * perSecond;
    const left = Math.min(perSecond * BURST_SECONDS, this.#left + grown) - 1;
    this.#last = time;
    this.#left = left < 0 && !countsRefused ? left + 1 : left;
    return left < 0 ? -left / perSecond : 0;
  }
}
