import { LRUCache } from 'lru-cache';
import type { SharedLimit } from './broker.ts';
import type { Cluster } from './cluster.ts';

/** Counts the requests of all replicas against a rate. */
export interface SharedRate {
  /**
   * Counts a request.
   *
   * @returns 0 if it is within the rate, otherwise the time until the next one is, in milliseconds: at once while that
   * time is known. Undefined if the replicas cannot be reached: the request is not counted.
   */
  count(name: string): number | Promise<number | undefined> | undefined;
}

/** Maximum number of names whose next request is known to exceed the rate. */
const MAX_BLOCKED = 10_000;

/** @param monotonicNow The monotonic clock, in milliseconds. */
export function createSharedRate(limit: SharedLimit, cluster: Cluster, monotonicNow: () => number): SharedRate {
  /** Times at which the next request of a name is within the rate. They save requests to the broker. */
  const blocked = new LRUCache<string, number>({ max: MAX_BLOCKED });
  const count = async (name: string, counting: Promise<number | undefined>) => {
    const wait = await counting;
    if (wait) blocked.set(name, monotonicNow() + wait);
    return wait;
  };
  return {
    count(name) {
      const blockedUntil = blocked.get(name);
      if (blockedUntil !== undefined && !cluster.broker.problem) {
        const wait = blockedUntil - monotonicNow();
        if (wait > 0) return wait;
        blocked.delete(name);
      }
      const counting = cluster.ask((broker) => broker.count(limit, cluster.vault.name('rate', limit.id, name)));
      return counting && count(name, counting);
    },
  };
}
