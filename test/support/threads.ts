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
  do {
    // The pool starts work in order, so that short work from before these calls ends about when they do.
    await Promise.all(Array.from({ length: THREADS }, roundTrip));
    await settle(FOLLOW_UP);
  } while (isDecoding());
}

const roundTrip = () => new Promise<void>((resolve) => randomBytes(1, () => resolve()));

function isDecoding(): boolean {
  const { queue, process } = sharp.counters();
  return queue + process > 0;
}
