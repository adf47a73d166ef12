import type { WebSocket } from 'ws';

/**
 * Close code for a temporary condition (RFC 6455, 7.4.2; registered as "Try Again Later"). Clients reconnect after it.
 */
export const TRY_AGAIN_LATER = 1013;

/** Buffer of the maximum length of a close reason, in bytes (RFC 6455, 5.5). */
const reasonBuffer = new Uint8Array(123);

/** Closes a socket. The reason is shortened to fit into a close frame. */
export function closeWith(socket: WebSocket, code: number, reason: string): void {
  const { read } = new TextEncoder().encodeInto(reason, reasonBuffer);
  socket.close(code, reason.slice(0, read));
}

/** Closes a socket so that its client reconnects and subscribes again. */
export const closeToRetry = (socket: WebSocket, reason: string): void => closeWith(socket, TRY_AGAIN_LATER, reason);
