import type { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { publicError } from '../errors.ts';
import { PacedQueue } from '../jobs/paced-queue.ts';
import { sleep as realPause, type Sleep } from '../util/timers.ts';
import { createBucket, type TokenBucket } from './token-bucket.ts';

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
  /** WebSockets that one address may have open, whatever credentials they present. */
  socketsPerAddress: number;
  /** WebSockets that may be open altogether. */
  socketsInTotal: number;
  /** The longest delay of a subscription that exceeds one of the rates, in milliseconds. */
  longestDelay: number;
}

export const defaultRateLimits: RateLimits = {
  perKey: 200,
  perAddress: 200,
  sockets: 200,
  eventStreams: 200,
  socketsPerAddress: 1_000,
  socketsInTotal: 10_000,
  longestDelay: 30_000,
};

/** Counts how often something happens to each of many, and says when it is too often. */
export interface RateLimit {
  /** Counts one more; GraphQLError RATE_LIMITED with status 429, and nothing counted, when that is more than its share. */
  count(name: string): GraphQLError | undefined;
  /**
   * Counts one more as soon as that is within its share, in the order of arrival. For what clients do not retry when it is
   * refused, and what many clients send at once after a restart.
   *
   * @returns Undefined when it may go on; a refusal when so many wait that this one would wait for too long, or when the
   * signal has aborted. Never rejects.
   */
  wait(name: string, signal: AbortSignal): Promise<GraphQLError | undefined>;
}

export interface RateLimitOptions {
  perSecond: number;
  /** Whose share it is, in words. */
  whose: string;
  /** The setting of the limit, which the refusal names. */
  setting: string;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** The longest wait, in milliseconds. @default none */
  longestDelay?: number;
  /** How those that wait do so. @default real time */
  pause?: Sleep;
}

/** What one name has used of its share, and the queue of those that wait for more. */
interface Share {
  readonly bucket: TokenBucket;
  readonly queue: PacedQueue;
}

/** How many are counted at once. One that is forgotten has all its share again, which whoever is idle has anyway. */
const COUNTED = 100_000;

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { perSecond, whose, setting, monotonicNow, longestDelay = 0, pause = realPause } = options;
  const longestQueue = (perSecond * longestDelay) / 1_000;
  const shares = new LRUCache<string, Share>({
    max: COUNTED,
    memoMethod: () => {
      const bucket = createBucket({ perSecond, monotonicNow });
      // A timer may end a little early; it is too late by less than a millisecond then.
      const delay = () => Math.ceil(bucket.wait() * 1_000);
      return { bucket, queue: new PacedQueue({ delay, onRelease: () => void bucket.take(), pause }) };
    },
  });
  const refusal = (wait: number): GraphQLError => {
    const retryAfter = Math.ceil(wait);
    const message = `${whose} may ask ${perSecond} times a second (${setting}). Ask again in ${retryAfter} s.`;
    const http = { status: 429, headers: { 'retry-after': String(retryAfter) } };
    return publicError('RATE_LIMITED', message, { retryAfter, http });
  };
  return {
    count(name) {
      const wait = shares.memo(name).bucket.take();
      return wait === 0 ? undefined : refusal(wait);
    },
    async wait(name, signal) {
      const { bucket, queue } = shares.memo(name);
      const isFull = queue.length >= longestQueue && (queue.length > 0 || bucket.wait() > 0);
      if (isFull) return refusal(bucket.wait() + queue.length / perSecond);
      try {
        await queue.enter(signal);
        return undefined;
      } catch {
        return refusal(bucket.wait());
      }
    },
  };
}
