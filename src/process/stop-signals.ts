const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Calls back at the first signal to stop. A second one ends the process at once, unless it is handled as well. */
export function onStopSignal(stop: () => void, onSecond?: (signal: NodeJS.Signals) => void): void {
  const onFirst = () => {
    for (const signal of SIGNALS) process.removeListener(signal, onFirst);
    if (onSecond) for (const signal of SIGNALS) process.once(signal, onSecond);
    stop();
  };
  for (const signal of SIGNALS) process.on(signal, onFirst);
}

/** Calls back at each signal to stop, instead of ending the process. */
export function onEachStopSignal(listener: () => void): void {
  for (const signal of SIGNALS) process.on(signal, listener);
}

/** Ends this process as a signal does that is not handled. */
export function endBySignal(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
