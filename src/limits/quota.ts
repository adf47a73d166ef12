import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';
import type { Sleep } from '../util/timers.ts';

/** Places of which each of many may hold some at once. */
export interface Quota {
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
export interface QuotaWait {
  /** The longest wait, in milliseconds. */
  longest: number;
  pause: Sleep;
}

/**
 * @param what What the places are for, in words.
 * @param setting The setting of the limit, which the refusal names.
 * @param waiting How they are waited for. @default not at all
 */
export function createQuota(most: number, what: string, setting: string, waiting?: QuotaWait): Quota {
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
  const waitFor = (name: string, signal: AbortSignal, { longest, pause }: QuotaWait) => {
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
