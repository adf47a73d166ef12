import type { WebSocket } from 'ws';
import type { SharedResult } from '../operations/shared-result.ts';

/**
 * Sends one result to many WebSockets, serialized once. graphql-ws would serialize it for each socket; it receives a
 * short placeholder instead, which is replaced by the serialized result when the message is sent.
 */
export interface SharedFrames {
  /** Wraps `send` of a socket. Call it before graphql-ws sends the first message. */
  attach(socket: WebSocket): void;
  /** The placeholder that graphql-ws receives instead of a result. */
  placeholder(socket: WebSocket, result: SharedResult): Record<string, never>;
}

/** The end of a `next` message with a placeholder. No other message has an empty object as its payload. */
const PLACEHOLDER_END = '"type":"next","payload":{}}';

export function createSharedFrames(): SharedFrames {
  const queues = new WeakMap<WebSocket, SharedResult[]>();

  return {
    attach(socket) {
      const results: SharedResult[] = [];
      queues.set(socket, results);
      const send = socket.send.bind(socket) as (data: unknown, ...rest: unknown[]) => void;
      socket.send = (data: unknown, ...rest: unknown[]) => {
        // First in, first out: graphql-ws sends messages in the order of their placeholders.
        const result = typeof data === 'string' && data.endsWith(PLACEHOLDER_END) ? results.shift() : undefined;
        send(result ? `${String(data).slice(0, -'{}}'.length)}${result.stringify()}}` : data, ...rest);
      };
    },
    placeholder(socket, result) {
      queues.get(socket)?.push(result);
      return {};
    },
  };
}
