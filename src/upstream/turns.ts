import PQueue from 'p-queue';

/** So many requests wait already that one more would only be late. */
export class NoTurnError extends Error {
  override name = 'NoTurnError' as const;

  constructor(waiting: number) {
    super(`expected fewer than ${waiting} requests of this key to be waiting, but there are as many`);
  }
}

export interface TurnOptions {
  /** Ends the waiting, and the task's stay. */
  signal: AbortSignal;
  /** Ends the waiting only: whatever has its turn keeps it. */
  by?: AbortSignal | undefined;
  /** It gives way to everybody else. */
  isPoll: boolean;
}

/** Bounds how many requests of one credential are under way, and how many wait for that. */
export interface Turns {
  /**
   * Runs a task when it is its turn: first come, first served, polls last. Where too many wait, a poll is turned away
   * first: the newest of those that wait already, if who comes is none.
   *
   * @throws NoTurnError when too many wait; the reason of whichever signal aborts first; what the task throws.
   */
  take<Result>(task: () => Promise<Result>, options: TurnOptions): Promise<Result>;
  /** How many wait now. */
  readonly waiting: number;
}

/**
 * @param options.concurrency How many tasks are under way at once.
 * @param options.waiting How many more may wait.
 */
export function createTurns({ concurrency, waiting }: { concurrency: number; waiting: number }): Turns {
  const queue = new PQueue({ concurrency });
  const waitingPolls = new Set<AbortController>();

  const makeRoom = (isPoll: boolean) => {
    if (queue.size < waiting) return;
    const newest = isPoll ? undefined : [...waitingPolls].at(-1);
    if (!newest) throw new NoTurnError(waiting);
    waitingPolls.delete(newest);
    newest.abort(new NoTurnError(waiting));
  };

  return {
    async take(task, { signal, by, isPoll }) {
      signal.throwIfAborted();
      by?.throwIfAborted();
      makeRoom(isPoll);
      const turn = new AbortController();
      const onSignal = () => turn.abort(signal.reason);
      const onLate = () => turn.abort(by?.reason);
      const stopWaiting = () => {
        waitingPolls.delete(turn);
        by?.removeEventListener('abort', onLate);
      };
      signal.addEventListener('abort', onSignal);
      by?.addEventListener('abort', onLate);
      if (isPoll) waitingPolls.add(turn);
      try {
        return await queue.add(
          () => {
            stopWaiting();
            return task();
          },
          { signal: turn.signal, priority: isPoll ? 0 : 1 },
        );
      } finally {
        stopWaiting();
        signal.removeEventListener('abort', onSignal);
      }
    },
    get waiting() {
      return queue.size;
    },
  };
}
