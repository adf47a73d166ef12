import type { GraphQLError } from 'graphql';
import type { Cluster } from '../cluster/cluster.ts';
import { createSharedCounts } from '../cluster/shared-counts.ts';
import { publicError } from '../errors.ts';
import type { Sleep } from '../util/timers.ts';

/**
 * Limits how many resources, for example streams, each key holds at once, over all connected replicas. Replicas that acquire at
 * the same time may exceed the limit until they learn of each other's resources.
 */
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

export interface QuotaOptions {
  /** Maximum wait, and its sleep function. @default `acquireOrWait` does not wait */
  waiting?: QuotaWait;
  /** The replicas that share the quota. While they cannot be reached, it applies to this one. @default only this one */
  cluster?: Cluster | undefined;
}

interface QuotaWait {
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
 */
export function createQuota(
  max: number,
  noun: string,
  setting: string,
  { waiting, cluster }: QuotaOptions = {},
): Quota {
  const held = new Map<string, number>();
  const queues = new Map<string, Set<() => void>>();
  const shared =
    cluster &&
    createSharedCounts(setting, cluster, () => {
      for (const [name, queue] of [...queues]) {
        for (const next of [...queue]) if (!isExhausted(name)) next();
      }
    });

  const count = (name: string) => (held.get(name) ?? 0) + (shared?.ofOthers(name) ?? 0);
  const isExhausted = (name: string) => count(name) >= max;
  const setHeld = (name: string, number: number) => {
    if (number > 0) held.set(name, number);
    else held.delete(name);
    shared?.set(name, number);
  };
  const quotaError = (name: string): GraphQLError => {
    const message = `This key has ${count(name)} ${noun} open, the maximum (${setting}). Close some of them first.`;
    return publicError('RATE_LIMITED', message, { retryAfter: 1 });
  };
  const acquire = (name: string) => {
    setHeld(name, (held.get(name) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      setHeld(name, (held.get(name) ?? 1) - 1);
      const [next] = queues.get(name) ?? [];
      if (!isExhausted(name)) next?.();
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
