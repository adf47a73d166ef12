import type { ServerResponse } from 'node:http';
import type { Sleep } from '../util/timers.ts';

export interface StallOptions {
  /** Time without progress, while bytes wait for the client, after which the response is aborted, in milliseconds. */
  milliseconds: number;
  sleep: Sleep;
  /** Called right before the connection is reset. */
  onReset: () => void;
}

/** Number of checks for progress in that time. */
const CHECKS = 4;

/**
 * Resets the connection of a response whose client reads nothing for a while, so that its source is closed and its
 * memory is freed. The reset also drops the system's send buffer. A response that waits for its source is not affected.
 *
 * @returns A function that stops the checks.
 */
export function resetWhenStalled(response: ServerResponse, { milliseconds, sleep, onReset }: StallOptions): () => void {
  const over = new AbortController();
  const watch = async () => {
    let flushed = flushedBytes(response);
    for (let idle = 0; idle < CHECKS; ) {
      await sleep(milliseconds / CHECKS, over.signal);
      const now = flushedBytes(response);
      idle = response.writableLength > 0 && now === flushed ? idle + 1 : 0;
      flushed = now;
    }
    onReset();
    if (response.socket) response.socket.resetAndDestroy();
    else response.destroy();
  };
  watch().catch(() => {
    // The response has been sent, or its client has disconnected.
  });
  return () => over.abort();
}

/** Bytes of the connection that were passed to the system; 0 while the connection belongs to another response. */
const flushedBytes = ({ socket }: ServerResponse): number => (socket ? socket.bytesWritten - socket.writableLength : 0);
