import { WebSocket } from 'ws';

/**
 * A WebSocket that gives a reason where ws closes it by itself, with a code alone (RFC 6455, 7.4.1), so that whoever
 * writes a client learns what was wrong.
 *
 * @param mostBytes The longest message that is received at all.
 */
export function socketWithReasons(mostBytes: number): typeof WebSocket {
  const reasons: Readonly<Record<number, string>> = {
    1002: 'Expected frames of a WebSocket (RFC 6455), but something else came.',
    1007: 'Expected text in UTF-8, but something else came.',
    1009: `Expected a message of up to ${mostBytes} bytes, but a longer one came.`,
  };
  return class extends WebSocket {
    override close(code?: number, reason?: string | Buffer): void {
      super.close(code, reason ?? (code === undefined ? undefined : reasons[code]));
    }
  };
}
