import { setTimeout } from 'node:timers';
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

/** A place in a list that is linked in both directions, so that it is left at once. */
class Link {
  previous: Link = this;
  next: Link = this;
  readonly ring: () => void;
  /** When it rings, by the clock that never goes back, in milliseconds. */
  readonly at: number;

  constructor(ring: () => void, at: number) {
    this.ring = ring;
    this.at = at;
  }

  /** Leaves the list, and lets go of what is in it: one that outlives its time must keep nobody else alive. */
  leave(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this;
    this.next = this;
  }
}

/** Everything that waits for the same number of milliseconds. */
class Bell {
  readonly #milliseconds: number;
  /** Before the first and behind the last. */
  readonly #end = new Link(() => {}, Number.POSITIVE_INFINITY);
  #isTimed = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  add(ring: () => void): () => void {
    const link = new Link(ring, performance.now() + this.#milliseconds);
    link.previous = this.#end.previous;
    link.next = this.#end;
    this.#end.previous.next = link;
    this.#end.previous = link;
    if (!this.#isTimed) this.#wait(this.#milliseconds);
    return () => link.leave();
  }

  #wait(milliseconds: number): void {
    this.#isTimed = true;
    setTimeout(() => this.#ring(), milliseconds).unref();
  }

  #ring(): void {
    this.#isTimed = false;
    const now = performance.now();
    try {
      for (let { next } = this.#end; next.at <= now; next = this.#end.next) {
        next.leave();
        next.ring();
      }
    } finally {
      const { at } = this.#end.next;
      if (at < Number.POSITIVE_INFINITY && !this.#isTimed) this.#wait(Math.max(1, at - now));
    }
  }
}
