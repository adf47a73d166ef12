import { LinkedList, LinkedNode } from './linked-list.ts';
import type { Sleep } from './timers.ts';

export interface PacedQueueOptions {
  /** Returns the delay of the first entry, in milliseconds. Below 1, the resolution of timers, it is released. */
  delay: () => number;
  /** Called before each release. */
  onRelease?: () => void;
  sleep: Sleep;
}

/** Releases entries one after another, first in, first out. Uses one timer for the whole queue. */
export class PacedQueue {
  readonly #options: PacedQueueOptions;
  readonly #waiting = new LinkedList<Waiter>();
  #length = 0;
  #timer: AbortController | undefined;

  constructor(options: PacedQueueOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Waits in the queue. An entry whose signal aborts is removed.
   *
   * @returns Undefined if there is no need to wait; otherwise a promise that rejects with the signal's reason if it aborts.
   */
  enter(signal: AbortSignal): Promise<void> | undefined {
    if (this.#length === 0 && this.#isDue()) {
      this.#options.onRelease?.();
      return undefined;
    }
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#remove(waiter);
        if (this.#length === 0) this.#stopTimer();
        reject(signal.reason);
      };
      const waiter = new Waiter(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
      this.#length++;
      if (!this.#timer) this.#releaseDue();
    });
  }

  #isDue(): boolean {
    return this.#options.delay() < 1;
  }

  #releaseDue(): void {
    for (let { first } = this.#waiting; first && this.#isDue(); { first } = this.#waiting) {
      this.#remove(first);
      this.#options.onRelease?.();
      first.release();
    }
    if (this.#length > 0) this.#startTimer();
  }

  #startTimer(): void {
    const timer = new AbortController();
    this.#timer = timer;
    this.#options.sleep(this.#options.delay(), timer.signal).then(
      () => {
        if (this.#timer !== timer) return;
        this.#timer = undefined;
        this.#releaseDue();
      },
      () => {},
    );
  }

  #stopTimer(): void {
    this.#timer?.abort();
    this.#timer = undefined;
  }

  #remove(waiter: Waiter): void {
    waiter.leaveList();
    this.#length--;
  }
}

class Waiter extends LinkedNode {
  readonly release: () => void;

  constructor(release: () => void) {
    super();
    this.release = release;
  }
}
