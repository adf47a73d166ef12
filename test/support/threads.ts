import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { settle } from './clock.ts';

/** Threads of libuv's pool by default. */
const THREADS = 4;
/** Turns of the event loop in which the result of one thread starts the work of the next. */
const FOLLOW_UP = 30;

/**
 * Waits until images are decoded and bodies decompressed. Both run on libuv's thread pool, which a clock that a test
 * moves does not know of: without this wait, a deadline passes while a thread still works.
 */
export async function threadsAtRest(): Promise<void> {
  for (;;) {
    // The pool starts work in order, so that short work from before these calls has ended when all of them have.
    await Promise.all(Array.from({ length: THREADS }, roundTrip));
    await settle(FOLLOW_UP);
    const { queue, process } = sharp.counters();
    if (queue + process === 0) return;
  }
}

const roundTrip = () => new Promise<void>((resolve) => randomBytes(1, () => resolve()));
