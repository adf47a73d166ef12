import type { WebSocket } from 'ws';
import type { Pause } from '../jobs/pause.ts';

/** How often a socket is pinged, in milliseconds; proxies close what is silent for a minute. */
const KEEP_ALIVE = 12_000;

/** Pings a socket until it is closed, and cuts it when a ping is not answered before the next one is due. */
export async function keepAlive(socket: WebSocket, pause: Pause): Promise<void> {
  const gone = new AbortController();
  let hasAnswered = true;
  socket.once('close', () => gone.abort());
  socket.on('pong', () => {
    hasAnswered = true;
  });
  try {
    for (;;) {
      await pause(KEEP_ALIVE, gone.signal);
      if (!hasAnswered) return socket.terminate();
      hasAnswered = false;
      socket.ping();
    }
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}
