import { setTimeout } from 'node:timers';
import { monotonicNow } from './clocks.ts';
import { LinkedList, LinkedNode } from './linked-list.ts';
import { timerDelay } from './timer-delay.ts';
import type { StartTimer } from './timers.ts';

export interface TimerQueueOptions {
  /** Starts a timer that calls back once after a delay, or a little earlier. Does not keep the process alive. */
  startTimer: (milliseconds: number, callback: () => void) => void;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/**
 * Creates timers. All with the same delay share one Node.js timer, because most are stopped long before they expire.
 */
export function createTimerQueue(options: TimerQueueOptions): StartTimer {
  /** Queues by delay, in milliseconds. There are few different delays: configured ones, and whole seconds. */
  const queues: Record<number, TimerQueue> = {};
  return (milliseconds, callback) => {
    queues[milliseconds] ??= new TimerQueue(milliseconds, options);
    return queues[milliseconds].add(callback);
  };
}

/** Starts a timer in real time, without keeping the process alive. */
export const startTimer: StartTimer = createTimerQueue({
  startTimer: (milliseconds, callback) => void setTimeout(callback, milliseconds).unref(),
  monotonicNow,
});

class Waiting extends LinkedNode {
  readonly callback: () => void;
  readonly at: number;

  /** @param at Time of expiry by the monotonic clock, in milliseconds. */
  constructor(callback: () => void, at: number) {
    super();
    this.callback = callback;
    this.at = at;
  }
}

/** Timers with the same delay, in order of expiry. */
class TimerQueue {
  readonly #milliseconds: number;
  readonly #options: TimerQueueOptions;
  readonly #waiting = new LinkedList<Waiting>();
  #hasTimer = false;

  constructor(milliseconds: number, options: TimerQueueOptions) {
    this.#milliseconds = milliseconds;
    this.#options = options;
  }

  add(callback: () => void): () => void {
    const waiting = new Waiting(callback, this.#options.monotonicNow() + this.#milliseconds);
    this.#waiting.add(waiting);
    if (!this.#hasTimer) this.#startTimer(this.#milliseconds);
    return () => waiting.leaveList();
  }

  #startTimer(milliseconds: number): void {
    this.#hasTimer = true;
    this.#options.startTimer(timerDelay(milliseconds), () => this.#runExpired());
  }

  #runExpired(): void {
    this.#hasTimer = false;
    const now = this.#options.monotonicNow();
    try {
      for (let { first } = this.#waiting; first && first.at <= now; { first } = this.#waiting) {
        first.leaveList();
        first.callback();
      }
    } finally {
      const { first } = this.#waiting;
      if (first && !this.#hasTimer) this.#startTimer(Math.max(1, first.at - now));
    }
  }
}
