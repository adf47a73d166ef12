import type { Sleep, StartTimer } from '../../src/util/timers.ts';

/** Manual clocks and timers of a machine. */
export interface Clock {
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. Its different origin makes tests fail if the clocks are mixed up. */
  monotonicNow: () => number;
  /** The wall clock of another machine, in milliseconds since the epoch; unaffected by shifts of the wall clock. */
  remoteNow: () => number;
  /** Waits until the monotonic clock has advanced by a number of milliseconds. */
  sleep: Sleep;
  /** Calls back once the monotonic clock has advanced by a number of milliseconds. Included in `waits`. */
  startTimer: StartTimer;
  /** Durations of all pending waits, in milliseconds. */
  waits: () => number[];
  /** Advances all clocks, ends due waits, and runs the event loop until their effects have settled. */
  advance: (milliseconds: number) => Promise<void>;
  /** Ends all pending waits without advancing a clock, and runs the event loop until their effects have settled. */
  endWaits: () => Promise<void>;
  /** Shifts the wall clock forward or, by a negative number, back, without affecting the monotonic clock. */
  shiftWallClock: (milliseconds: number) => void;
  /** Sets the wall clock, in milliseconds since the epoch, without affecting the monotonic clock. */
  setWallClock: (milliseconds: number) => void;
  /**
   * Suspends the machine: time passes while nothing runs. The monotonic clock and the timers either stop meanwhile, as on
   * Linux, or run on, as on Windows, where due waits end at once after the resumption.
   */
  suspend: (milliseconds: number, monotonicClock: 'stops' | 'runs on') => Promise<void>;
}

const START = Date.UTC(2026, 0, 1);
const MONOTONIC_START = 5_000;

export function createClock(): Clock {
  let monotonic = MONOTONIC_START;
  let slept = 0;
  let shift = 0;
  const remoteNow = () => START + (monotonic - MONOTONIC_START) + slept;
  const now = () => remoteNow() + shift;
  const waits = new Set<{ milliseconds: number; until: number; end: () => void }>();

  const advance = async (milliseconds: number) => {
    await settle();
    const end = monotonic + milliseconds;
    for (;;) {
      const next = [...waits].filter((wait) => wait.until <= end).sort((a, b) => a.until - b.until)[0];
      monotonic = Math.max(monotonic, next?.until ?? end);
      next?.end();
      await settle();
      if (!next) return;
    }
  };

  return {
    now,
    monotonicNow: () => monotonic,
    remoteNow,
    sleep: (milliseconds, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const stop = () => {
          waits.delete(wait);
          reject(signal.reason);
        };
        const wait = {
          milliseconds,
          until: monotonic + milliseconds,
          end: () => {
            waits.delete(wait);
            signal.removeEventListener('abort', stop);
            resolve();
          },
        };
        waits.add(wait);
        signal.addEventListener('abort', stop, { once: true });
      }),
    startTimer: (milliseconds, callback) => {
      const end = () => {
        waits.delete(wait);
        callback();
      };
      const wait = { milliseconds, until: monotonic + milliseconds, end };
      waits.add(wait);
      return () => void waits.delete(wait);
    },
    waits: () => [...waits].map(({ milliseconds }) => milliseconds),
    async endWaits() {
      for (const wait of [...waits]) wait.end();
      await settle();
    },
    advance,
    shiftWallClock(milliseconds) {
      shift += milliseconds;
    },
    setWallClock(milliseconds) {
      shift += milliseconds - now();
    },
    async suspend(milliseconds, monotonicClock) {
      if (monotonicClock === 'stops') slept += milliseconds;
      else monotonic += milliseconds;
      await advance(0);
    },
  };
}

/** Runs the event loop for a number of turns, so that promises and streams progress. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs the event loop until a condition is true. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle(1);
}
