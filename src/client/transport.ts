import { readEventStream } from './event-stream.ts';
import type { Endpoint } from './http.ts';
import type { Runtime } from './runtime.ts';
import { createSharedSocket } from './socket.ts';
import type { Open } from './stream.ts';
import type { WebSocketClass } from './types.ts';

/** Carries subscriptions. */
export interface Transport {
  open: Open;
  close(): void;
}

/**
 * Sends subscriptions over one WebSocket where the runtime has that class, because a browser opens only six HTTP/1.1
 * connections to a host, and each stream of server-sent events needs one. Until a socket has opened once, every other
 * attempt uses server-sent events, because some proxies let no WebSocket pass.
 */
export function createTransport(
  endpoint: Endpoint,
  runtime: Runtime,
  webSocket: WebSocketClass | undefined = globalThis.WebSocket,
): Transport {
  const socket = webSocket && createSharedSocket(endpoint, webSocket, runtime);
  return {
    open: (request) =>
      socket && (socket.hasWorked || request.failures % 2 === 0)
        ? socket.subscribe(request)
        : readEventStream(endpoint, runtime, request),
    close: () => socket?.close(),
  };
}
