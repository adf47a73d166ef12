/**
 * The two clocks of the process. Everything that needs one takes it as a parameter: `now` for the wall clock,
 * `monotonicNow` for the monotonic one.
 */

/**
 * The wall clock, in milliseconds since the epoch. For times that people see, or that other machines and later processes
 * compare. It may be set forward or back at any moment, so that the difference between two readings is no duration.
 */
export const wallClockNow = (): number => Date.now();

/**
 * The monotonic clock, in milliseconds from an arbitrary origin. For durations: it never goes back, and nobody can set
 * it. Whether it counts the time in which the machine sleeps depends on the operating system.
 */
export const monotonicNow = (): number => performance.now();
