import { setTimeout } from 'node:timers/promises';
import { monotonicNow } from '../../src/util/clocks.ts';
import { type Sleep, type StartTimer, sleep, startTimer } from '../../src/util/timers.ts';
import { START } from './clock.ts';
import type { GatewayClock, WorldClock } from './environment.ts';

/** Real time. It starts with {@link begin}; until then it is 0. */
export class RealClock implements WorldClock, GatewayClock {
  #startedAt: number | undefined;
  readonly #ended = new AbortController();

  /** Time since the start, in milliseconds, to the microsecond. */
  get time(): number {
    return this.#startedAt === undefined ? 0 : Math.round((monotonicNow() - this.#startedAt) * 1_000) / 1_000;
  }

  readonly now = (): number => START + this.time;
  readonly monotonicNow = monotonicNow;
  readonly sleep: Sleep = sleep;
  readonly startTimer: StartTimer = startTimer;
  readonly pause: Sleep = sleep;
  readonly after: StartTimer = startTimer;

  begin(): void {
    this.#startedAt = monotonicNow();
  }

  /** Ends all waits for a time. */
  end(): void {
    this.#ended.abort();
  }

  async runUntil(end: number): Promise<void> {
    await setTimeout(Math.max(0, end - this.time), undefined, this.#ended).catch(() => {});
  }
}
