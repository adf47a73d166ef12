import type { StartTimer } from '../../util/timers.ts';

/** The upstream requests a pause that is longer than the time that a bulk write may wait. Nothing was sent. */
export class PausedError extends Error {
  override name = 'PausedError' as const;
  /** Remaining time of the pause, in milliseconds. */
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`the upstream requests a pause of another ${milliseconds} ms`);
    this.milliseconds = milliseconds;
  }
}

export interface BulkPaceOptions {
  /** Maximum number of concurrent bulk writes. */
  concurrency: number;
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Duration of the first pause that the upstream requests without naming a time, in milliseconds. It doubles each time. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 16_000;

interface Waiter {
  /** Time until which it waits, by the monotonic clock, in milliseconds. */
  readonly until: number;
  admit(): void;
  reject(reason: unknown): void;
}

/**
 * The pace of the bulk writes of one key, over all its operations: a few run at once, so that they neither fill the key's
 * request queue nor delay its other requests, and none starts while the upstream requests a pause. After that
 * they start one by one again, and their number doubles with each success.
 */
export class BulkPace {
  readonly #options: BulkPaceOptions;
  /** In order of arrival. */
  readonly #waiting = new Set<Waiter>();
  #limit: number;
  #running = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #nextPause = FIRST_PAUSE;
  #cancelTimer: (() => void) | undefined;

  constructor(options: BulkPaceOptions) {
    this.#options = options;
    this.#limit = options.concurrency;
  }

  /**
   * Waits until a write may start.
   *
   * @param timeLeft Maximum wait, in milliseconds. A pause that is longer rejects at once.
   * @returns Function that ends the write.
   * @throws PausedError for a pause that is longer than `timeLeft`; the signal's reason if it aborts first.
   */
  enter(signal: AbortSignal, timeLeft: number): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        until: this.#options.monotonicNow() + timeLeft,
        admit: () => {
          leave();
          resolve(this.#start());
        },
        reject: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = () => {
        waiter.reject(signal.reason);
        this.#update();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
      this.#update();
    });
  }

  /**
   * Starts no write for a time, because the upstream requests a pause.
   *
   * @param milliseconds @default a time that doubles with each pause until a write succeeds
   */
  pause(milliseconds?: number): void {
    const { monotonicNow } = this.#options;
    this.#limit = 1;
    if (milliseconds === undefined) {
      // Writes that were rejected together cause one pause.
      if (this.#pauseLeft > 0) return;
      this.#pausedUntil = monotonicNow() + this.#nextPause;
      this.#nextPause = Math.min(LONGEST_PAUSE, this.#nextPause * 2);
    } else this.#pausedUntil = Math.max(this.#pausedUntil, monotonicNow() + milliseconds);
    this.#update();
  }

  /** Reports that a write succeeded. Ignored during a pause, before which the write was sent. */
  confirm(): void {
    if (this.#pauseLeft > 0) return;
    this.#nextPause = FIRST_PAUSE;
    this.#limit = Math.min(this.#options.concurrency, this.#limit * 2);
    this.#update();
  }

  get #pauseLeft(): number {
    return Math.max(0, this.#pausedUntil - this.#options.monotonicNow());
  }

  #start(): () => void {
    this.#running++;
    let isRunning = true;
    return () => {
      if (!isRunning) return;
      isRunning = false;
      this.#running--;
      this.#update();
    };
  }

  /** Admits or rejects waiting writes, and starts a timer for the end of the pause if any remain. */
  #update(): void {
    const pause = this.#pauseLeft;
    for (const waiter of [...this.#waiting]) {
      if (waiter.until < this.#pausedUntil) waiter.reject(new PausedError(pause));
      else if (pause === 0 && this.#running < this.#limit) waiter.admit();
    }
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (pause > 0 && this.#waiting.size > 0)
      this.#cancelTimer = this.#options.startTimer(pause, () => {
        this.#cancelTimer = undefined;
        this.#update();
      });
  }
}
