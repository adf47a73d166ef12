/** Counts the messages of one socket: so many a second, and for a moment twice as many. */
export interface MessageRate {
  /**
   * Counts a message, refused ones as well.
   *
   * @returns 0 when it may pass, else after how many seconds one may.
   */
  take(): number;
}

export interface MessageRateOptions {
  perSecond: number;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
}

/** How many seconds' worth of messages may come at once. */
const BURST_SECONDS = 2;

/** A bucket of messages that fills while nothing comes (a token bucket; RFC 2697 describes its like). */
export function createMessageRate({ perSecond, now }: MessageRateOptions): MessageRate {
  const burst = perSecond * BURST_SECONDS;
  let left = burst;
  let last = now();
  return {
    take() {
      const time = now();
      left = Math.min(burst, left + (Math.max(0, time - last) / 1_000) * perSecond) - 1;
      last = time;
      return left >= 0 ? 0 : -left / perSecond;
    },
  };
}
