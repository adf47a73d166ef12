import { setTimeout } from 'node:timers';
import { Linked, LinkedList } from '../linked.ts';
import type { Alarm } from './pause.ts';

/**
 * Rings in real time, without keeping the process alive. All that wait equally long share one timer: they ring in the order
 * in which they began, and most are called off long before.
 */
export const alarm: Alarm = (milliseconds, ring) => {
  bells[milliseconds] ??= new Bell(milliseconds);
  return bells[milliseconds].add(ring);
};

/** By milliseconds, of which there are few: those that are configured, and whole seconds that somebody waits. */
const bells: Record<number, Bell> = {};

class Waiting extends Linked {
  readonly ring: () => void;
  /** When it rings, by the clock that never goes back, in milliseconds. */
  readonly at: number;

  constructor(ring: () => void, at: number) {
    super();
    this.ring = ring;
    this.at = at;
  }
}

/** Everything that waits for the same number of milliseconds. */
class Bell {
  readonly #milliseconds: number;
  readonly #waiting = new LinkedList<Waiting>();
  #isTimed = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  add(ring: () => void): () => void {
    const waiting = new Waiting(ring, performance.now() + this.#milliseconds);
    this.#waiting.add(waiting);
    if (!this.#isTimed) this.#wait(this.#milliseconds);
    return () => waiting.leaveList();
  }

  #wait(milliseconds: number): void {
    this.#isTimed = true;
    setTimeout(() => this.#ring(), milliseconds).unref();
  }

  #ring(): void {
    this.#isTimed = false;
    const now = performance.now();
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
