import type { Alarm, Pause } from '../../src/jobs/pause.ts';

/** A clock that only a test turns. */
export interface Clock {
  /** The time, in milliseconds since the epoch. */
  now: () => number;
  /** A wait that ends when the clock has passed it. */
  pause: Pause;
  /** A call that comes when the clock has passed it. It is a wait too. */
  alarm: Alarm;
  /** The waits that are under way, in milliseconds, as they were asked for. */
  waits: () => number[];
  /** Turns the clock, ends the waits that it passes, and lets what follows from it settle. */
  advance: (milliseconds: number) => Promise<void>;
  /** Ends the waits that are under way without turning the clock, and lets what follows from it settle. */
  endWaits: () => Promise<void>;
}

const START = Date.UTC(2026, 0, 1);

export function createClock(): Clock {
  let now = START;
  const waits = new Set<{ milliseconds: number; until: number; end: () => void }>();
  return {
    now: () => now,
    pause: (milliseconds, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const stop = () => {
          waits.delete(wait);
          reject(signal.reason);
        };
        const wait = {
          milliseconds,
          until: now + milliseconds,
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
      const wait = { milliseconds, until: now + milliseconds, end };
      waits.add(wait);
      return () => void waits.delete(wait);
    },
    waits: () => [...waits].map(({ milliseconds }) => milliseconds),
    async endWaits() {
      for (const wait of [...waits]) wait.end();
      await settle();
    },
    async advance(milliseconds) {
      await settle();
      const until = now + milliseconds;
      for (;;) {
        const next = [...waits].filter((wait) => wait.until <= until).sort((a, b) => a.until - b.until)[0];
        now = next?.until ?? until;
        next?.end();
        await settle();
        if (!next) return;
      }
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
