import type { WebSocket } from 'ws';
import type { Sleep } from '../util/timers.ts';

/** The interval between pings, in milliseconds; proxies close connections that are idle for a minute. */
const PING_INTERVAL = 12_000;
/**
 * Number of consecutive pings without a pong after which a socket is terminated. One is not enough: after suspension
 * this machine runs its timers before it reads the pongs that have arrived, and a client may be suspended for half a
 * minute.
 */
const MAX_UNANSWERED_PINGS = 3;

/** Pings a socket until it is closed, and terminates it when its client sends no pongs. */
export async function keepAlive(socket: WebSocket, sleep: Sleep): Promise<void> {
  const closed = new AbortController();
  let unanswered = 0;
  socket.once('close', () => closed.abort());
  socket.on('pong', () => {
    unanswered = 0;
  });
  try {
    for (;;) {
      await sleep(PING_INTERVAL, closed.signal);
      if (unanswered === MAX_UNANSWERED_PINGS) return socket.terminate();
      unanswered++;
      socket.ping();
    }
  } catch (error) {
    if (!closed.signal.aborted) throw error;
  }
}
