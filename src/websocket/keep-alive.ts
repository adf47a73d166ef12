import type { WebSocket } from 'ws';
import type { Sleep } from '../util/timers.ts';

/** The interval between pings, in milliseconds; proxies close connections that are silent for a minute. */
const PING_INTERVAL = 12_000;
/**
 * The number of pings in a row that may stay unanswered. One is not enough: a machine that has slept runs its timers
 * before it reads the answers that have arrived, and a client that sleeps for half a minute keeps its connection.
 */
const MAX_UNANSWERED_PINGS = 3;

/** Pings a socket until it is closed, and terminates it when its client has not answered several pings in a row. */
export async function keepAlive(socket: WebSocket, pause: Sleep): Promise<void> {
  const closed = new AbortController();
  let unanswered = 0;
  socket.once('close', () => closed.abort());
  socket.on('pong', () => {
    unanswered = 0;
  });
  try {
    for (;;) {
      await pause(PING_INTERVAL, closed.signal);
      if (unanswered === MAX_UNANSWERED_PINGS) return socket.terminate();
      unanswered++;
      socket.ping();
    }
  } catch (error) {
    if (!closed.signal.aborted) throw error;
  }
}
