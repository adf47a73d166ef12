import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { SharedLimit } from './broker.ts';

/** Counts requests against a limit. */
export interface Limiter {
  /** @returns 0 if the request is within the limit, otherwise the time until the next one is, in milliseconds. */
  consume(name: string): Promise<number>;
}

/** The options of rate-limiter-flexible for a limit: its burst, within the time in which it is used up at the lasting rate. */
export const limiterOptions = ({ id, perSecond, burst }: SharedLimit) => ({
  keyPrefix: id,
  points: burst,
  duration: burst / perSecond,
});

/** @throws The error of the limiter's store. */
export async function consume(limiter: RateLimiterAbstract, name: string): Promise<number> {
  try {
    await limiter.consume(name);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
    throw error;
  }
}

export function memoryLimiter(limit: SharedLimit): Limiter {
  const limiter = new RateLimiterMemory(limiterOptions(limit));
  return { consume: (name) => consume(limiter, name) };
}
