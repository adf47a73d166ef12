import type { GraphQLError } from 'graphql';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { publicError } from '../errors.ts';

/** How much one caller may ask of one replica of the gateway. */
export interface RateLimits {
  /** Operations a second of one credential, over every transport. Twice as many may come at once. */
  perKey: number;
  /** Requests and operations a second from one address. Twice as many may come at once. */
  perAddress: number;
  /** WebSockets that one credential may have open. */
  sockets: number;
  /** Streams over server-sent events that one credential may have open. */
  eventStreams: number;
}

export const defaultRateLimits: RateLimits = { perKey: 200, perAddress: 200, sockets: 200, eventStreams: 200 };

/** Counts how often something happens to each of many, and says when it is too often. */
export interface Rate {
  /** Counts one more; GraphQLError RATE_LIMITED with status 429 when that is more than its share. */
  count(name: string): Promise<GraphQLError | undefined>;
}

/** Time in which a burst that was used up is there again, in seconds. */
const RECOVERY = 5;

/** @param whose Whose share it is, in words. */
export function createRate(perSecond: number, whose: string): Rate {
  const limiter = new BurstyRateLimiter(
    new RateLimiterMemory({ points: perSecond, duration: 1 }),
    new RateLimiterMemory({ points: perSecond, duration: RECOVERY }),
  );
  return {
    async count(name) {
      try {
        await limiter.consume(name);
        return undefined;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
        return publicError(
          'RATE_LIMITED',
          `${whose} may ask ${perSecond} times a second. Ask again in ${retryAfter} s.`,
          { retryAfter, http: { status: 429, headers: { 'retry-after': String(retryAfter) } } },
        );
      }
    },
  };
}

/** Places of which each of many may hold some at once. */
export interface Places {
  /**
   * Takes a place, and returns what gives it back; calling that again does nothing.
   *
   * @throws GraphQLError RATE_LIMITED when there is none left.
   */
  take(name: string): () => void;
}

/** @param what What the places are for, in words. */
export function createPlaces(most: number, what: string): Places {
  const taken = new Map<string, number>();
  return {
    take(name) {
      const others = taken.get(name) ?? 0;
      if (others >= most) {
        const message = `This key has ${others} ${what} open, which is as many as it may. Close some first.`;
        throw publicError('RATE_LIMITED', message, { retryAfter: 1 });
      }
      taken.set(name, others + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (taken.get(name) ?? 1) - 1;
        if (left > 0) taken.set(name, left);
        else taken.delete(name);
      };
    },
  };
}
