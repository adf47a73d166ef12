import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { settle } from './clock.ts';

/** Default number of threads of libuv's pool. */
const THREADS = 4;
/** Event loop turns after which the result of one task has started the next task. */
const FOLLOW_UP = 30;

/**
 * Waits until all image decoding and decompression is finished. Both run on libuv's thread pool, independently of the
 * manual clock: without this wait, a deadline could pass while a thread still works.
 */
export async function waitForThreadPool(): Promise<void> {
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
