import { type Abortable, type Cancellation, offAbort, onAbort, type StartTimer } from '../../util/cancellation.ts';

/** So many requests wait already that one more would only be late. */
export class QueueFullError extends Error {
  override name = 'NoTurnError' as const;

  constructor(waiting: number) {
    super(`expected fewer than ${waiting} requests of this key to be waiting, but there are as many`);
  }
}

export interface QueueEntryOptions {
  /** Ends the waiting. Whoever has a turn already keeps it. */
  by?: AbortSignal | undefined;
  /** It gives way to everybody else. */
  isPoll: boolean;
}

/** Bounds how many requests of one credential are under way, and how many wait for that. */
export interface RequestQueue {
  /**
   * Waits for a turn: first come, first served, polls last. Where too many wait, a poll is turned away first: the newest
   * of those that wait already, if who comes is none. Whoever got a turn gives it back with {@link RequestQueue.leave}.
   *
   * @param cancellation Ends the waiting, too.
   * @returns Undefined when it is their turn at once.
   * @throws NoTurnError when too many wait; the reason of whichever is over first, the cancellation or `by`.
   */
  enter(cancellation: Cancellation, options: QueueEntryOptions): Promise<void> | undefined;
  /** Gives a turn back. */
  leave(): void;
  /** All turns may be taken from now on. */
  open(): void;
  /** Few turns may be taken from now on; more, with each second for which that keeps requests waiting. */
  narrow(): void;
  /** How many wait now. */
  readonly waiting: number;
}

export interface RequestQueueOptions {
  /** How many turns there are at once. */
  concurrency: number;
  /** How many more may wait. */
  waiting: number;
  /** How many turns there are at first, and after {@link RequestQueue.narrow}. */
  unconfirmed: number;
  alarm: StartTimer;
}

/** After how long without a response more unconfirmed requests are let out, in milliseconds. */
const WIDENING = 1_000;

/** @see RequestQueue. It begins narrow. */
export function createRequestQueue({ concurrency, waiting, unconfirmed, alarm }: RequestQueueOptions): RequestQueue {
  const others = new Set<Waiting>();
  const polls = new Set<Waiting>();
  const few = Math.min(unconfirmed, concurrency);
  let limit = few;
  let taken = 0;
  let callOff: (() => void) | undefined;

  const makeRoom = (isPoll: boolean) => {
    if (others.size + polls.size < waiting) return;
    const newest = isPoll ? undefined : [...polls].at(-1);
    if (!newest) throw new QueueFullError(waiting);
    newest.abort(new QueueFullError(waiting));
  };

  const admit = () => {
    while (taken < limit) {
      const [next] = others.size > 0 ? others : polls;
      if (!next) return;
      taken++;
      next.admit();
    }
  };
  // What is slow must not hold back the rest: its response may take longer than all others together.
  const widenLater = () => {
    if (limit === concurrency || others.size + polls.size === 0) return;
    callOff ??= alarm(WIDENING, () => {
      callOff = undefined;
      limit = Math.min(concurrency, limit * 2);
      admit();
      widenLater();
    });
  };
  const setLimit = (to: number) => {
    callOff?.();
    callOff = undefined;
    limit = to;
    admit();
    widenLater();
  };

  return {
    open: () => setLimit(concurrency),
    narrow: () => setLimit(few),
    enter(cancellation, { by, isPoll }) {
      cancellation.throwIfOver();
      by?.throwIfAborted();
      // While somebody waits, every turn is taken.
      if (taken < limit) {
        taken++;
        return undefined;
      }
      makeRoom(isPoll);
      return new Promise((resolve, reject) => {
        new Waiting({ queue: isPoll ? polls : others, cancellation, by, resolve, reject });
        widenLater();
      });
    },
    leave() {
      taken--;
      admit();
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
class Waiting implements Abortable {
  #options: WaitingOptions | undefined;

  constructor(options: WaitingOptions) {
    this.#options = options;
    const { queue, cancellation, by } = options;
    queue.add(this);
    cancellation.running = this;
    if (by) onAbort(by, this);
  }

  admit(): void {
    this.#stop()?.resolve();
  }

  abort(reason: unknown): void {
    this.#stop()?.reject(reason);
  }

  #stop(): WaitingOptions | undefined {
    const options = this.#options;
    if (!options) return undefined;
    this.#options = undefined;
    const { queue, cancellation, by } = options;
    queue.delete(this);
    cancellation.running = undefined;
    if (by) offAbort(by, this);
    return options;
  }
}
