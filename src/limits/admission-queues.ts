import type { Sleep } from '../util/timers.ts';

export interface AdmissionQueuesOptions {
  /** Counts a request. Returns 0 if it is within the rate, otherwise the time until the next one is, in milliseconds. */
  take: (name: string) => number | Promise<number>;
  /** Maximum number of requests that wait for one name. */
  maxLength: number;
  /** Maximum delay, in milliseconds. */
  maxDelay: number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  sleep: Sleep;
}

/**
 * Delays requests until they are within a rate that is counted elsewhere. Only the first request of each queue is counted, so
 * that a long queue does not cost more.
 */
export class AdmissionQueues {
  readonly #options: AdmissionQueuesOptions;
  readonly #queues = new Map<string, Queue>();

  constructor(options: AdmissionQueuesOptions) {
    this.#options = options;
  }

  /**
   * Waits in the queue of a name, first in, first out.
   *
   * @returns 0 once the request is counted; otherwise the time until the next one is within the rate, in milliseconds: if the
   * queue is full, the maximum delay has passed or the signal has aborted.
   */
  async enter(name: string, signal: AbortSignal): Promise<number> {
    const { take } = this.#options;
    let queue = this.#queues.get(name);
    if (!queue) {
      const wait = await take(name);
      if (wait === 0) return 0;
      queue = this.#queues.get(name) ?? { waiters: new Set(), wait, stop: new AbortController() };
    }
    return await this.#wait(name, queue, signal);
  }

  #wait(name: string, queue: Queue, signal: AbortSignal): number | Promise<number> {
    const { maxLength, maxDelay, monotonicNow } = this.#options;
    if (queue.waiters.size >= maxLength || signal.aborted) return queue.wait;
    return new Promise((resolve) => {
      const settle = (result: number) => {
        signal.removeEventListener('abort', onAbort);
        queue.waiters.delete(waiter);
        resolve(result);
      };
      const onAbort = () => {
        settle(queue.wait);
        if (queue.waiters.size > 0) return;
        this.#delete(name, queue);
        queue.stop.abort();
      };
      const waiter = { settle, expiresAt: monotonicNow() + maxDelay };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.waiters.add(waiter);
      if (this.#queues.has(name)) return;
      this.#queues.set(name, queue);
      void this.#release(name, queue);
    });
  }

  /** Releases the requests of a queue until it is empty. */
  async #release(name: string, queue: Queue): Promise<void> {
    const { take, monotonicNow, sleep } = this.#options;
    const { waiters, stop } = queue;
    while (waiters.size > 0) {
      await sleep(Math.ceil(queue.wait), stop.signal).catch(() => {});
      while (waiters.size > 0) {
        for (const { expiresAt, settle } of waiters) {
          if (expiresAt > monotonicNow()) break;
          settle(queue.wait);
        }
        if (waiters.size === 0) break;
        const wait = await take(name);
        if (wait > 0) {
          queue.wait = wait;
          break;
        }
        const [first] = waiters;
        first?.settle(0);
      }
    }
    this.#delete(name, queue);
  }

  #delete(name: string, queue: Queue): void {
    if (this.#queues.get(name) === queue) this.#queues.delete(name);
  }
}

interface Queue {
  readonly waiters: Set<Waiter>;
  /** Time until the next request is within the rate, as last counted, in milliseconds. */
  wait: number;
  /** Aborts when the last request has left. */
  readonly stop: AbortController;
}

interface Waiter {
  /** End of the maximum delay, by the monotonic clock, in milliseconds. */
  readonly expiresAt: number;
  settle(result: number): void;
}
