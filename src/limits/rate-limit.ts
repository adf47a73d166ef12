import type { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Cluster } from '../cluster/cluster.ts';
import { createSharedRate } from '../cluster/shared-rate.ts';
import { publicError } from '../errors.ts';
import { PacedQueue } from '../util/paced-queue.ts';
import { mapMaybePromise } from '../util/promises.ts';
import { sleep as realSleep, type Sleep } from '../util/timers.ts';
import { AdmissionQueues } from './admission-queues.ts';
import { BURST_SECONDS, createBucket, type TokenBucket } from './token-bucket.ts';

/**
 * Rate and connection limits. Those of keys, and the rate of addresses, apply to all replicas that are connected; the others
 * to each replica.
 */
export interface RateLimits {
  /** Operations per second of one credential, over all transports. The burst size is twice as much. */
  perKey: number;
  /** Requests and operations per second from one IP address. The burst size is twice as much. */
  perAddress: number;
  /** Open WebSockets of one credential. */
  sockets: number;
  /** Open streams over server-sent events of one credential. */
  eventStreams: number;
  /** Open WebSockets from one IP address, of all credentials. */
  socketsPerAddress: number;
  /** Open WebSockets in total. */
  socketsInTotal: number;
  /** Maximum delay of a subscription that exceeds one of the rates, in milliseconds. */
  maxDelay: number;
}

export const defaultRateLimits: RateLimits = {
  perKey: 200,
  perAddress: 200,
  sockets: 200,
  eventStreams: 200,
  socketsPerAddress: 1_000,
  socketsInTotal: 10_000,
  maxDelay: 30_000,
};

/** Limits the rate of requests or operations per key or IP address. */
export interface RateLimit {
  /**
   * Counts one request. If it exceeds the rate, it is not counted, and a GraphQLError RATE_LIMITED with status 429 is
   * returned. Synchronous without a cluster.
   */
  count(name: string): GraphQLError | undefined | Promise<GraphQLError | undefined>;
  /**
   * Counts one request as soon as it is within the rate, in the order of arrival. For requests that clients do not
   * retry when they are rejected, and that many clients send at once after a restart.
   *
   * @returns Undefined when the request may proceed; an error if the queue is too long, or the signal has aborted. Never
   * rejects.
   */
  wait(name: string, signal: AbortSignal): Promise<GraphQLError | undefined>;
}

export interface RateLimitOptions {
  perSecond: number;
  /** The limited subject, for error messages: "A key" or "An address". */
  subject: string;
  /** Name of the setting of the limit, for error messages. */
  setting: string;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Maximum delay, in milliseconds. @default no delay */
  maxDelay?: number;
  /** The sleep function of delayed requests. @default real time */
  sleep?: Sleep;
  /** The replicas that share the rate. While they cannot be reached, it applies to this one. @default only this one */
  cluster?: Cluster | undefined;
}

/** The token bucket of a key or IP address, and the queue of its delayed requests. */
interface Entry {
  readonly bucket: TokenBucket;
  readonly queue: PacedQueue;
}

/** Maximum number of entries. The least recently used is evicted; its bucket has usually been refilled by then. */
const MAX_ENTRIES = 100_000;

export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { perSecond, subject, setting, monotonicNow, maxDelay = 0, sleep = realSleep, cluster } = options;
  const maxQueueLength = (perSecond * maxDelay) / 1_000;
  const entries = new LRUCache<string, Entry>({
    // Not `max`, which allocates all entries at once.
    maxSize: MAX_ENTRIES,
    sizeCalculation: () => 1,
    memoMethod: () => {
      const bucket = createBucket({ perSecond, monotonicNow });
      // Rounded up to whole milliseconds, because a timer may fire slightly early.
      const delay = () => Math.ceil(bucket.wait() * 1_000);
      return { bucket, queue: new PacedQueue({ delay, onRelease: () => void bucket.take(), sleep }) };
    },
  });
  const rateError = (wait: number): GraphQLError => {
    const retryAfter = Math.ceil(wait);
    const message = `${subject} may send ${perSecond} requests per second (${setting}). Retry after ${retryAfter} s.`;
    const http = { status: 429, headers: { 'retry-after': String(retryAfter) } };
    return publicError('RATE_LIMITED', message, { retryAfter, http });
  };
  if (cluster) {
    const limit = { id: setting, perSecond, burst: perSecond * BURST_SECONDS };
    const shared = createSharedRate(limit, cluster, monotonicNow);
    const takeHere = (name: string) => entries.memo(name).bucket.take() * 1_000;
    const take = (name: string): number | Promise<number> => {
      const wait = shared.count(name);
      if (!(wait instanceof Promise)) return wait ?? takeHere(name);
      return wait.then((found) => found ?? takeHere(name));
    };
    const errorAfter = (wait: number) => (wait === 0 ? undefined : rateError(wait / 1_000));
    const queues = new AdmissionQueues({ take, maxLength: maxQueueLength, maxDelay, monotonicNow, sleep });
    return {
      count: (name) => mapMaybePromise(take(name), errorAfter),
      wait: async (name, signal) => errorAfter(await queues.enter(name, signal)),
    };
  }
  return {
    count(name) {
      const wait = entries.memo(name).bucket.take();
      return wait === 0 ? undefined : rateError(wait);
    },
    async wait(name, signal) {
      const { bucket, queue } = entries.memo(name);
      const isFull = queue.length >= maxQueueLength && (queue.length > 0 || bucket.wait() > 0);
      if (isFull) return rateError(bucket.wait() + queue.length / perSecond);
      try {
        await queue.enter(signal);
        return undefined;
      } catch {
        return rateError(bucket.wait());
      }
    },
  };
}
