import type { EventEmitter } from 'node:events';
import { monotonicNow as realMonotonicNow } from '../util/clocks.ts';
import { startTimer as realStartTimer, type StartTimer } from '../util/timers.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Time within which equal signals count as one, in milliseconds: a terminal sends Ctrl-C to npm and to the gateway, and npm
 * forwards it to the gateway.
 */
const REPETITION = 200;

export interface StopOptions {
  /** Time between SIGTERM and the stop, in milliseconds. */
  drainMilliseconds: number;
  /** Called at the start of that time. */
  drain: () => void;
  /** Called once, at its end. */
  stop: () => void;
  /** Called at a signal after the stop. @default ends the process at once */
  kill?: (signal: NodeJS.Signals) => void;
  /** Emits the signals. @default this process */
  source?: Pick<EventEmitter, 'on'>;
  startTimer?: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/**
 * Drains and stops at SIGTERM; stops at SIGINT at once, because that comes from a terminal. A second signal ends the drain, one
 * after the stop ends the process.
 */
export function onStopSignal(options: StopOptions): void {
  const { drainMilliseconds, drain, stop, kill = endBySignal, source = process } = options;
  const { startTimer = realStartTimer, monotonicNow = realMonotonicNow } = options;
  let state: 'running' | 'draining' | 'stopping' = 'running';
  let last: { signal: NodeJS.Signals; at: number } | undefined;
  let stopTimer = () => {};

  const stopNow = () => {
    stopTimer();
    state = 'stopping';
    stop();
  };
  const receive = (signal: NodeJS.Signals) => {
    if (last?.signal === signal && monotonicNow() - last.at < REPETITION) return;
    last = { signal, at: monotonicNow() };
    if (state === 'stopping') kill(signal);
    else if (state === 'draining' || signal === 'SIGINT' || drainMilliseconds === 0) stopNow();
    else {
      state = 'draining';
      drain();
      stopTimer = startTimer(drainMilliseconds, stopNow);
    }
  };
  for (const signal of SIGNALS) source.on(signal, () => receive(signal));
}

/** True if a process that ended by this signal had to stop, and did not handle signals yet. */
export const isStopSignal = (signal: string | null): boolean => SIGNALS.some((one) => one === signal);

/** Calls back at each signal to stop, instead of ending the process. */
export function onEachStopSignal(listener: () => void): void {
  for (const signal of SIGNALS) process.on(signal, listener);
}

/** Ends this process as a signal does that is not handled. */
export function endBySignal(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
