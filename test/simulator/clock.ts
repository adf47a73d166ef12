import type { Sleep, StartTimer } from '../../src/util/timers.ts';

/** Start of each simulation by the wall clock, in milliseconds since the epoch. */
export const START = Date.UTC(2026, 0, 1);
/** Start by the monotonic clock. The different origin makes simulations fail if the clocks are mixed up. */
const MONOTONIC_START = 5_000;
/** Turns of the event loop after each timer, in which its effects settle. */
const TURNS = 2;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  /** True for timers of the gateway, which must not outlive their cause. */
  readonly isOfGateway: boolean;
}

/** The clock of a simulation. Times are milliseconds since its start. Time passes only in {@link runUntil}. */
export class SimulatedClock {
  #time = 0;
  readonly #timers = new Set<Timer>();

  /** Time since the start, in milliseconds, to the microsecond. */
  get time(): number {
    return Math.round(this.#time * 1_000) / 1_000;
  }

  /** The wall clock of the gateway, in milliseconds since the epoch. */
  readonly now = (): number => START + this.time;
  /** The monotonic clock of the gateway, in milliseconds. */
  readonly monotonicNow = (): number => MONOTONIC_START + this.time;

  /** Waits on behalf of the gateway. */
  readonly sleep: Sleep = (milliseconds, signal) => this.#wait(milliseconds, signal, true);
  /** Starts a timer of the gateway. */
  readonly startTimer: StartTimer = (milliseconds, callback) => this.#start(milliseconds, callback, true);

  /** Waits on behalf of the upstream. */
  readonly pause: Sleep = (milliseconds, signal) => this.#wait(milliseconds, signal, false);
  /** Calls back after a delay, on behalf of clients. Returns the function that stops the timer. */
  readonly after: StartTimer = (milliseconds, callback) => this.#start(milliseconds, callback, false);

  /** Number of timers and waits of the gateway. */
  get pending(): number {
    let pending = 0;
    for (const { isOfGateway } of this.#timers) if (isOfGateway) pending++;
    return pending;
  }

  /** Advances to a time, from timer to timer. Runs the event loop after each, so that its effects settle. */
  async runUntil(end: number): Promise<void> {
    await settle();
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#time = Math.max(this.#time, next.at);
      this.#timers.delete(next);
      next.callback();
      await settle();
    }
    this.#time = Math.max(this.#time, end);
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }

  #start(milliseconds: number, callback: () => void, isOfGateway: boolean): () => void {
    const timer: Timer = {
      at: this.#time + Math.max(0, milliseconds),
      callback,
      isOfGateway,
    };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #wait(milliseconds: number, signal: AbortSignal, isOfGateway: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => {
        stop();
        reject(signal.reason);
      };
      const stop = this.#start(
        milliseconds,
        () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        isOfGateway,
      );
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
