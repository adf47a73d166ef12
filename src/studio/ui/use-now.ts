import { useEffect, useState } from 'react';

/** The time of the wall clock, in milliseconds since the epoch, updated regularly while `isRunning`. */
export function useNow(isRunning: boolean, interval = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [isRunning, interval]);
  return now;
}
