import { type Cancellation, type Leaver, leaveWith, stayWith } from './cancellation.ts';

/** So many requests wait already that one more would only be late. */
export class NoTurnError extends Error {
  override name = 'NoTurnError' as const;

  constructor(waiting: number) {
    super(`expected fewer than ${waiting} requests of this key to be waiting, but there are as many`);
  }
}

export interface TurnOptions {
  /** Ends the waiting. Whoever has a turn already keeps it. */
  by?: AbortSignal | undefined;
  /** It gives way to everybody else. */
  isPoll: boolean;
}

/** Bounds how many requests of one credential are under way, and how many wait for that. */
export interface Turns {
  /**
   * Waits for a turn: first come, first served, polls last. Where too many wait, a poll is turned away first: the newest
   * of those that wait already, if who comes is none. Whoever got a turn gives it back with {@link Turns.leave}.
   *
   * @param cancellation Ends the waiting, too.
   * @returns Undefined when it is their turn at once.
   * @throws NoTurnError when too many wait; the reason of whichever is over first, the cancellation or `by`.
   */
  enter(cancellation: Cancellation, options: TurnOptions): Promise<void> | undefined;
  /** Gives a turn back. */
  leave(): void;
  /** How many wait now. */
  readonly waiting: number;
}

/**
 * @param options.concurrency How many turns there are at once.
 * @param options.waiting How many more may wait.
 */
export function createTurns({ concurrency, waiting }: { concurrency: number; waiting: number }): Turns {
  const others = new Set<Waiting>();
  const polls = new Set<Waiting>();
  let taken = 0;

  const makeRoom = (isPoll: boolean) => {
    if (others.size + polls.size < waiting) return;
    const newest = isPoll ? undefined : [...polls].at(-1);
    if (!newest) throw new NoTurnError(waiting);
    newest.leave(new NoTurnError(waiting));
  };

  return {
    enter(cancellation, { by, isPoll }) {
      cancellation.throwIfOver();
      by?.throwIfAborted();
      // While somebody waits, every turn is taken.
      if (taken < concurrency) {
        taken++;
        return undefined;
      }
      makeRoom(isPoll);
      return new Promise((resolve, reject) => {
        new Waiting({ queue: isPoll ? polls : others, cancellation, by, resolve, reject });
      });
    },
    leave() {
      const [next] = others.size > 0 ? others : polls;
      if (next) next.admit();
      else taken--;
    },
    get waiting() {
      return others.size + polls.size;
    },
  };
}

interface WaitingOptions {
  queue: Set<Waiting>;
  cancellation: Cancellation;
  by: AbortSignal | undefined;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** Somebody in a queue. Holds nothing once it is out of it: a queue's memory of what was in it can outlast the stay. */
class Waiting implements Leaver {
  #options: WaitingOptions | undefined;

  constructor(options: WaitingOptions) {
    this.#options = options;
    const { queue, cancellation, by } = options;
    queue.add(this);
    cancellation.underWay = this;
    if (by) leaveWith(by, this);
  }

  admit(): void {
    this.#stop()?.resolve();
  }

  leave(reason: unknown): void {
    this.#stop()?.reject(reason);
  }

  #stop(): WaitingOptions | undefined {
    const options = this.#options;
    if (!options) return undefined;
    this.#options = undefined;
    const { queue, cancellation, by } = options;
    queue.delete(this);
    cancellation.underWay = undefined;
    if (by) stayWith(by, this);
    return options;
  }
}
