import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';
import type { Sleep } from '../util/timers.ts';

/** Limits how many resources, for example streams, each key holds at once. */
export interface Quota {
  /**
   * Acquires one unit of quota and returns the function that releases it. Further calls of that function do nothing.
   *
   * @throws GraphQLError RATE_LIMITED if the quota is exhausted.
   */
  acquire(name: string): () => void;
  /**
   * Like {@link acquire}, but waits for a release, in the order of arrival: the quota of a broken connection is released
   * only when the break is detected. The queue is as long as the quota.
   *
   * @throws GraphQLError RATE_LIMITED if no unit is released in time, the queue is full, or the signal aborts.
   */
  acquireOrWait(name: string, signal: AbortSignal): Promise<() => void>;
}

export interface QuotaWait {
  /** Maximum wait, in milliseconds. */
  maxWait: number;
  sleep: Sleep;
}

/**
 * Creates a quota that is counted per key.
 *
 * @param max Maximum number of units that one key holds.
 * @param noun Plural noun for the units in error messages.
 * @param setting Name of the setting of the limit, for error messages.
 * @param waiting Options of waiting. @default `acquireOrWait` does not wait
 */
export function createQuota(max: number, noun: string, setting: string, waiting?: QuotaWait): Quota {
  const held = new Map<string, number>();
  const queues = new Map<string, Set<() => void>>();

  const isExhausted = (name: string) => (held.get(name) ?? 0) >= max;
  const quotaError = (name: string): GraphQLError => {
    const message = `This key has ${held.get(name)} ${noun} open, the maximum (${setting}). Close some of them first.`;
    return publicError('RATE_LIMITED', message, { retryAfter: 1 });
  };
  const acquire = (name: string) => {
    held.set(name, (held.get(name) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (held.get(name) ?? 1) - 1;
      if (left > 0) held.set(name, left);
      else held.delete(name);
      const [next] = queues.get(name) ?? [];
      next?.();
    };
  };
  const acquireLater = (name: string, signal: AbortSignal, { maxWait: longest, sleep }: QuotaWait) => {
    const queue = queues.get(name) ?? new Set();
    if (queue.size >= max) throw quotaError(name);
    queues.set(name, queue);
    const settled = new AbortController();
    return new Promise<() => void>((resolve, reject) => {
      const dequeue = (): boolean => {
        const isWaiting = queue.delete(onRelease);
        if (queue.size === 0) queues.delete(name);
        return isWaiting;
      };
      const onRelease = () => {
        dequeue();
        settled.abort();
        resolve(acquire(name));
      };
      const onTimeout = () => {
        if (dequeue()) reject(quotaError(name));
      };
      queue.add(onRelease);
      sleep(longest, AbortSignal.any([signal, settled.signal])).then(onTimeout, onTimeout);
    });
  };

  return {
    acquire(name) {
      if (isExhausted(name)) throw quotaError(name);
      return acquire(name);
    },
    async acquireOrWait(name, signal) {
      if (!isExhausted(name)) return acquire(name);
      if (!waiting || waiting.maxWait === 0) throw quotaError(name);
      return await acquireLater(name, signal, waiting);
    },
  };
}
