import type { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { publicError } from '../errors.ts';
import { PacedQueue } from '../jobs/paced-queue.ts';
import { type Pause, pause as realPause } from '../jobs/pause.ts';
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
export interface Rate {
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

export interface RateOptions {
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
  pause?: Pause;
}

/** What one name has used of its share, and the queue of those that wait for more. */
interface Share {
  readonly bucket: TokenBucket;
  readonly queue: PacedQueue;
}

/** How many are counted at once. One that is forgotten has all its share again, which whoever is idle has anyway. */
const COUNTED = 100_000;

export function createRate(options: RateOptions): Rate {
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

/** Places of which each of many may hold some at once. */
export interface Places {
  /**
   * Takes a place, and returns what gives it back; calling that again does nothing.
   *
   * @throws GraphQLError RATE_LIMITED when there is none left.
   */
  take(name: string): () => void;
  /**
   * As {@link take}, but waits for a place, in the order of arrival: those of connections that broke without a word are
   * free once that is noticed. As many wait as there are places.
   *
   * @throws GraphQLError RATE_LIMITED when none becomes free in time, or the signal aborts.
   */
  wait(name: string, signal: AbortSignal): Promise<() => void>;
}

/** How places are waited for. */
export interface PlaceWait {
  /** The longest wait, in milliseconds. */
  longest: number;
  pause: Pause;
}

/**
 * @param what What the places are for, in words.
 * @param setting The setting of the limit, which the refusal names.
 * @param waiting How they are waited for. @default not at all
 */
export function createPlaces(most: number, what: string, setting: string, waiting?: PlaceWait): Places {
  const taken = new Map<string, number>();
  const queues = new Map<string, Set<() => void>>();

  const isFull = (name: string) => (taken.get(name) ?? 0) >= most;
  const refusal = (name: string): GraphQLError => {
    const message = `This key has ${taken.get(name)} ${what} open, which is as many as it may (${setting}). Close some first.`;
    return publicError('RATE_LIMITED', message, { retryAfter: 1 });
  };
  const give = (name: string) => {
    taken.set(name, (taken.get(name) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (taken.get(name) ?? 1) - 1;
      if (left > 0) taken.set(name, left);
      else taken.delete(name);
      const [next] = queues.get(name) ?? [];
      next?.();
    };
  };
  const waitFor = (name: string, signal: AbortSignal, { longest, pause }: PlaceWait) => {
    const queue = queues.get(name) ?? new Set();
    if (queue.size >= most) throw refusal(name);
    queues.set(name, queue);
    const over = new AbortController();
    return new Promise<() => void>((resolve, reject) => {
      const leave = (): boolean => {
        const isWaiting = queue.delete(enter);
        if (queue.size === 0) queues.delete(name);
        return isWaiting;
      };
      const enter = () => {
        leave();
        over.abort();
        resolve(give(name));
      };
      const refuse = () => {
        if (leave()) reject(refusal(name));
      };
      queue.add(enter);
      pause(longest, AbortSignal.any([signal, over.signal])).then(refuse, refuse);
    });
  };

  return {
    take(name) {
      if (isFull(name)) throw refusal(name);
      return give(name);
    },
    async wait(name, signal) {
      if (!isFull(name)) return give(name);
      if (!waiting || waiting.longest === 0) throw refusal(name);
      return await waitFor(name, signal, waiting);
    },
  };
}
