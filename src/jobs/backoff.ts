export interface BackoffOptions {
  /** Wait after the first look and after every change, in milliseconds. */
  fastest: number;
  /** The wait grows by half after each look that found nothing new, up to this, in milliseconds. */
  slowest: number;
  /** Share by which each wait is made longer or shorter at random, so that polls do not fall into step. @default 0.2 */
  jitter?: number;
  /** A random number from 0 up to 1. @default Math.random */
  random?: () => number;
}

/** How long to wait between looks: short while things move, longer while they do not. */
export interface Backoff {
  /** The next wait, in milliseconds. */
  next(): number;
  /** Something changed: the next wait is the fastest again. */
  reset(): void;
}

export function createBackoff({ fastest, slowest, jitter = 0.2, random = Math.random }: BackoffOptions): Backoff {
  let wait = fastest;
  return {
    next() {
      const now = wait;
      wait = Math.min(slowest, wait * 1.5);
      return now * (1 - jitter + 2 * jitter * random());
    },
    reset() {
      wait = fastest;
    },
  };
}
