import type { StartTimer } from '../util/timers.ts';
import { BrokerError } from './broker.ts';

export interface TaskLocksOptions {
  /** The worker of BullMQ that has fetched the jobs. */
  worker: { extendJobLocks(ids: string[], tokens: string[], duration: number): Promise<string[]> };
  /** Time for which a lock is valid after it was renewed, in milliseconds. */
  lockTime: number;
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** A lock that is renewed until it is released. */
export interface TaskLock {
  /** Aborts when the lock is lost, or could be lost, because it was not renewed in time. */
  readonly signal: AbortSignal;
  release(): void;
}

interface HeldLock {
  readonly id: string;
  readonly token: string;
  readonly lost: AbortController;
  stopTimer: () => void;
}

/** Renewals within the time in which a lock expires. */
const RENEWALS = 4;

/** The locks of jobs that this replica runs, which are renewed together. */
export class TaskLocks {
  readonly #options: TaskLocksOptions;
  readonly #held = new Map<string, HeldLock>();
  #stopTimer: (() => void) | undefined;
  #closed: { readonly reason: unknown } | undefined;

  constructor(options: TaskLocksOptions) {
    this.#options = options;
  }

  /** Keeps the lock of a job that was just fetched. */
  hold(id: string, token: string): TaskLock {
    // A job is fetched again only after its lock was lost.
    this.#held.get(id)?.lost.abort(new BrokerError('the task was lost'));
    const lock: HeldLock = { id, token, lost: new AbortController(), stopTimer: () => {} };
    this.#held.set(id, lock);
    lock.lost.signal.addEventListener('abort', () => this.#release(lock), { once: true });
    if (this.#closed) {
      lock.lost.abort(this.#closed.reason);
      return { signal: lock.lost.signal, release: () => {} };
    }
    this.#expire(lock, this.#options.monotonicNow());
    // At once, because the moment at which the job was locked is unknown.
    void this.#renew([lock]);
    this.#schedule();
    return { signal: lock.lost.signal, release: () => this.#release(lock) };
  }

  /** Aborts all signals, also those of later locks. */
  close(reason: unknown): void {
    this.#closed = { reason };
    this.#stopTimer?.();
    for (const { lost } of [...this.#held.values()]) lost.abort(reason);
  }

  #schedule(): void {
    if (this.#closed || this.#stopTimer || this.#held.size === 0) return;
    const { startTimer, lockTime } = this.#options;
    this.#stopTimer = startTimer(lockTime / RENEWALS, () => {
      this.#stopTimer = undefined;
      void this.#renew([...this.#held.values()]);
      this.#schedule();
    });
  }

  async #renew(locks: readonly HeldLock[]): Promise<void> {
    const { worker, lockTime, monotonicNow } = this.#options;
    const sentAt = monotonicNow();
    try {
      const ids = locks.map(({ id }) => id);
      const tokens = locks.map(({ token }) => token);
      const lost = new Set(await worker.extendJobLocks(ids, tokens, lockTime));
      for (const lock of locks) {
        if (lost.has(lock.id)) lock.lost.abort(new BrokerError('the task was lost'));
        else if (this.#held.get(lock.id) === lock) this.#expire(lock, sentAt);
      }
    } catch {
      // The lock expires unless a later renewal succeeds.
    }
  }

  /** Lets the lock expire, unless it is renewed before. @param lockedAt The latest time before it was locked. */
  #expire(lock: HeldLock, lockedAt: number): void {
    const { startTimer, lockTime, monotonicNow } = this.#options;
    lock.stopTimer();
    lock.stopTimer = startTimer(Math.max(0, lockedAt + lockTime - monotonicNow()), () =>
      lock.lost.abort(new BrokerError('the lock of the task has expired')),
    );
  }

  #release(lock: HeldLock): void {
    lock.stopTimer();
    if (this.#held.get(lock.id) === lock) this.#held.delete(lock.id);
  }
}
