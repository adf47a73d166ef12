import type { WebSocket } from 'ws';
import type { SharedResult } from '../operations/shared-result.ts';

/**
 * Lets many WebSockets send one result that is written as JSON once. graphql-ws writes a message for each of them; it is
 * given a stand-in for the result, a few bytes long, which gives way to the text where the message is sent.
 */
export interface SharedFrames {
  /** Prepares a socket, before graphql-ws sends anything over it. */
  attach(socket: WebSocket): void;
  /** What is handed to graphql-ws in the place of a result. */
  placeholder(socket: WebSocket, result: SharedResult): Record<string, never>;
}

/** How a `next` message with a stand-in ends: the only kind of message whose payload can be an empty object. */
const PLACEHOLDER_END = '"type":"next","payload":{}}';

export function createSharedFrames(): SharedFrames {
  const waiting = new WeakMap<WebSocket, SharedResult[]>();

  return {
    attach(socket) {
      const results: SharedResult[] = [];
      waiting.set(socket, results);
      const send = socket.send.bind(socket) as (data: unknown, ...rest: unknown[]) => void;
      socket.send = (data: unknown, ...rest: unknown[]) => {
        // In the order of the stand-ins: between making one and sending its message graphql-ws lets nothing pass it.
        const result = typeof data === 'string' && data.endsWith(PLACEHOLDER_END) ? results.shift() : undefined;
        send(result ? `${String(data).slice(0, -'{}}'.length)}${result.stringify()}}` : data, ...rest);
      };
    },
    placeholder(socket, result) {
      waiting.get(socket)?.push(result);
      return {};
    },
  };
}
