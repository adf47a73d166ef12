import type { ServerResponse } from 'node:http';
import type { Sleep } from '../util/timers.ts';

export interface StallOptions {
  /** How long the client may take nothing although bytes wait for it, in milliseconds. */
  milliseconds: number;
  pause: Sleep;
  /** Called right before the connection is cut. */
  onCut: () => void;
}

/** How often in that time it is looked whether the client has taken something. */
const CHECKS = 4;

/**
 * Cuts the connection of a response of which the client takes nothing for a while, so that its source is left and whatever
 * it holds is free. The reset drops what the system still keeps for the client. A response that waits for its source is
 * left alone.
 *
 * @returns What ends the watch.
 */
export function cutWhenStalled(response: ServerResponse, { milliseconds, pause, onCut }: StallOptions): () => void {
  const over = new AbortController();
  const watch = async () => {
    let taken = flushedBytes(response);
    for (let idle = 0; idle < CHECKS; ) {
      await pause(milliseconds / CHECKS, over.signal);
      const now = flushedBytes(response);
      idle = response.writableLength > 0 && now === taken ? idle + 1 : 0;
      taken = now;
    }
    onCut();
    if (response.socket) response.socket.resetAndDestroy();
    else response.destroy();
  };
  watch().catch(() => {
    // It has been sent, or its client has left.
  });
  return () => over.abort();
}

/** How much the system has taken of what was written to the connection, in bytes. None while another response is sent. */
const flushedBytes = ({ socket }: ServerResponse): number => (socket ? socket.bytesWritten - socket.writableLength : 0);
