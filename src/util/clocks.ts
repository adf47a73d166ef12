import { performance } from 'node:perf_hooks';

/**
 * The two clocks of the process. Passed as parameters: `now` for the wall clock, `monotonicNow` for the monotonic one.
 */

/**
 * The wall clock, in milliseconds since the epoch. For times that are displayed, or compared by other machines and later
 * processes. It may be set at any time, so the difference between two readings is not a duration.
 */
export const wallClockNow = (): number => Date.now();

/**
 * The monotonic clock, in milliseconds from an arbitrary origin. For durations: it never goes back and cannot be set. Its
 * behavior while the machine is suspended depends on the operating system.
 */
export const monotonicNow = (): number => performance.now();

/** Number of input and output events that the event loop has handled. Not a time, but read from the same object. */
export const handledEvents = (): number => performance.nodeTiming.uvMetricsInfo.events;
