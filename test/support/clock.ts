import type { Sleep, StartTimer } from '../../src/util/timers.ts';

/** The clocks of a machine, and its timers, which only a test moves. */
export interface Clock {
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. Its origin is another one, so that a test fails where the clocks are mixed up. */
  monotonicNow: () => number;
  /** The wall clock of another machine, in milliseconds since the epoch. Only time moves it. */
  remoteNow: () => number;
  /** A wait that ends when the monotonic clock has passed it. */
  pause: Sleep;
  /** A call that comes when the monotonic clock has passed it. It is a wait too. */
  alarm: StartTimer;
  /** The waits that are under way, in milliseconds, as they were asked for. */
  waits: () => number[];
  /** Moves all clocks, ends the waits that they pass, and lets what follows from it settle. */
  advance: (milliseconds: number) => Promise<void>;
  /** Ends the waits that are under way without moving a clock, and lets what follows from it settle. */
  endWaits: () => Promise<void>;
  /** Sets the wall clock forward or, by a negative number, back. No time passes. */
  shiftWallClock: (milliseconds: number) => void;
  /** Sets the wall clock to a time, in milliseconds since the epoch. No time passes. */
  setWallClock: (milliseconds: number) => void;
  /**
   * Suspends the machine: nothing runs while time passes. Its monotonic clock, and with it its timers, either stop
   * meanwhile, as on Linux, or run on, as on Windows: waits that have passed by then end at once when it resumes.
   */
  sleep: (milliseconds: number, monotonicClock: 'stops' | 'runs on') => Promise<void>;
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
    pause: (milliseconds, signal) =>
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
    alarm: (milliseconds, ring) => {
      const end = () => {
        waits.delete(wait);
        ring();
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
    async sleep(milliseconds, monotonicClock) {
      if (monotonicClock === 'stops') slept += milliseconds;
      else monotonic += milliseconds;
      await advance(0);
    },
  };
}

/** Lets everything that is ready to run do so: promises, and the turns of the event loop that streams take. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets the event loop turn until something has come true, however many turns that takes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle(1);
}
