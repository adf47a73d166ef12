import type { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { publicError } from '../errors.ts';
import { createBucket, type TokenBucket } from '../token-bucket.ts';

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
  /** Counts one more; GraphQLError RATE_LIMITED with status 429, and nothing counted, when that is more than its share. */
  count(name: string): GraphQLError | undefined;
}

export interface RateOptions {
  perSecond: number;
  /** Whose share it is, in words. */
  whose: string;
  /** The setting of the limit, which the refusal names. */
  setting: string;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** How many are counted at once. One that is forgotten has all its share again, which whoever is idle has anyway. */
const COUNTED = 100_000;

export function createRate({ perSecond, whose, setting, monotonicNow }: RateOptions): Rate {
  const options = { perSecond, monotonicNow };
  const buckets = new LRUCache<string, TokenBucket>({ max: COUNTED, memoMethod: () => createBucket(options) });
  return {
    count(name) {
      const wait = buckets.memo(name).take();
      if (wait === 0) return undefined;
      const retryAfter = Math.ceil(wait);
      return publicError(
        'RATE_LIMITED',
        `${whose} may ask ${perSecond} times a second (${setting}). Ask again in ${retryAfter} s.`,
        {
          retryAfter,
          http: { status: 429, headers: { 'retry-after': String(retryAfter) } },
        },
      );
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

/**
 * @param what What the places are for, in words.
 * @param setting The setting of the limit, which the refusal names.
 */
export function createPlaces(most: number, what: string, setting: string): Places {
  const taken = new Map<string, number>();
  return {
    take(name) {
      const others = taken.get(name) ?? 0;
      if (others >= most) {
        const message = `This key has ${others} ${what} open, which is as many as it may (${setting}). Close some first.`;
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
