import { WebSocket } from 'ws';

/**
 * Creates a WebSocket class that adds a reason where ws closes a socket with a code alone (RFC 6455, 7.4.1), to help
 * authors of clients.
 *
 * @param maxBytes Maximum size of a received message.
 */
export function socketWithReasons(maxBytes: number): typeof WebSocket {
  const reasons: Readonly<Record<number, string>> = {
    1002: 'Expected valid WebSocket frames (RFC 6455), but received something else.',
    1007: 'Expected text in UTF-8, but received other bytes.',
    1009: `Expected a message of at most ${maxBytes} bytes, but received a longer one.`,
  };
  return class extends WebSocket {
    override close(code?: number, reason?: string | Buffer): void {
      super.close(code, reason ?? (code === undefined ? undefined : reasons[code]));
    }
  };
}
