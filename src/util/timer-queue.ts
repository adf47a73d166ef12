import { setTimeout } from 'node:timers';
import { monotonicNow } from './clocks.ts';
import { LinkedList, LinkedNode } from './linked-list.ts';
import { timerDelay } from './timer-delay.ts';
import type { StartTimer } from './timers.ts';

export interface TimerQueueOptions {
  /** Starts a timer that calls back once after so many milliseconds, or a little earlier, and keeps no process alive. */
  startTimer: (milliseconds: number, callback: () => void) => void;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/**
 * Makes alarms of which all that wait equally long share one timer: they ring in the order in which they began, and most
 * are called off long before.
 */
export function createTimerQueue(options: TimerQueueOptions): StartTimer {
  /** By milliseconds, of which there are few: those that are configured, and whole seconds that somebody waits. */
  const bells: Record<number, TimerQueue> = {};
  return (milliseconds, ring) => {
    bells[milliseconds] ??= new TimerQueue(milliseconds, options);
    return bells[milliseconds].add(ring);
  };
}

/** Rings in real time, without keeping the process alive. */
export const startTimer: StartTimer = createTimerQueue({
  startTimer: (milliseconds, callback) => void setTimeout(callback, milliseconds).unref(),
  monotonicNow,
});

class Waiting extends LinkedNode {
  readonly ring: () => void;
  readonly at: number;

  /** @param at When it rings, in milliseconds. */
  constructor(ring: () => void, at: number) {
    super();
    this.ring = ring;
    this.at = at;
  }
}

/** Everything that waits for the same number of milliseconds. */
class TimerQueue {
  readonly #milliseconds: number;
  readonly #options: TimerQueueOptions;
  readonly #waiting = new LinkedList<Waiting>();
  #isTimed = false;

  constructor(milliseconds: number, options: TimerQueueOptions) {
    this.#milliseconds = milliseconds;
    this.#options = options;
  }

  add(ring: () => void): () => void {
    const waiting = new Waiting(ring, this.#options.monotonicNow() + this.#milliseconds);
    this.#waiting.add(waiting);
    if (!this.#isTimed) this.#wait(this.#milliseconds);
    return () => waiting.leaveList();
  }

  #wait(milliseconds: number): void {
    this.#isTimed = true;
    this.#options.startTimer(timerDelay(milliseconds), () => this.#ring());
  }

  #ring(): void {
    this.#isTimed = false;
    const now = this.#options.monotonicNow();
    try {
      for (let { first } = this.#waiting; first && first.at <= now; { first } = this.#waiting) {
        first.leaveList();
        first.ring();
      }
    } finally {
      const { first } = this.#waiting;
      if (first && !this.#isTimed) this.#wait(Math.max(1, first.at - now));
    }
  }
}
