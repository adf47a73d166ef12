import { FlairError } from './errors.ts';
import type { StreamRequest } from './event-stream.ts';
import { type Endpoint, networkError, type Result, toFlairError } from './http.ts';
import { Queue } from './queue.ts';
import { createWatchdog, type Runtime } from './runtime.ts';
import type { WebSocketClass, WebSocketLike } from './types.ts';

/** After this silence a ping is sent; without a response within the timeout, the socket counts as broken. */
const SILENCE = { idle: 12_000, timeout: 20_000 };
/** Time for the handshake, in milliseconds. */
const OPEN_TIMEOUT = 15_000;
/** Time for which an unused socket stays open, in milliseconds, for a component that is mounted again. */
const LINGER = 1_000;

/** Codes with which the gateway closes a socket before it has accepted it, when another attempt cannot help. */
const REFUSALS: Readonly<Record<number, string>> = {
  4400: 'BAD_USER_INPUT',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
};

/** One shared WebSocket for all subscriptions, opened while there are some (graphql-transport-ws). */
export interface SharedSocket {
  /** True once the gateway has accepted a socket: there is no need for another transport. */
  readonly hasWorked: boolean;
  /**
   * Subscribes once. Returns when the gateway completes the subscription.
   *
   * @throws FlairError if the socket cannot be opened or is closed, or for an `error` message.
   */
  subscribe(request: StreamRequest): AsyncIterable<Result>;
  close(): void;
}

export function createSharedSocket(endpoint: Endpoint, Class: WebSocketClass, runtime: Runtime): SharedSocket {
  let current: { connection: Connection; accepted: Promise<void> } | undefined;
  let hasWorked = false;
  let lastId = 0;

  const open = () => {
    const connection = createConnection(runtime, () => {
      if (current === opened) current = undefined;
    });
    const connect = async () => {
      const url = endpoint.url();
      url.protocol = url.protocol.replace('http', 'ws');
      const headers = await endpoint.headers();
      await connection.open(() => new Class(url.href, 'graphql-transport-ws'), toConnectionParams(headers));
      hasWorked = true;
    };
    const opened = { connection, accepted: connect() };
    // Handled here because there may be no subscriber left.
    opened.accepted.catch((error) => connection.end(error));
    return opened;
  };

  return {
    get hasWorked() {
      return hasWorked;
    },
    async *subscribe({ payload, signal, onOpen }) {
      current ??= open();
      const { connection, accepted } = current;
      const id = String(++lastId);
      const queue = connection.add(id);
      const abort = () => queue.fail(signal.reason);
      signal.addEventListener('abort', abort);
      let isSent = false;
      const send = () => {
        if (queue.hasEnded) return;
        onOpen();
        connection.send({ id, type: 'subscribe', payload });
        isSent = true;
      };
      // A socket that cannot be opened ends the queue.
      accepted.then(send, () => {});
      try {
        yield* queue.read();
      } finally {
        signal.removeEventListener('abort', abort);
        if (isSent && (signal.aborted || !queue.hasEnded)) connection.send({ id, type: 'complete' });
        connection.remove(id);
      }
    },
    close: () => current?.connection.end(closed()),
  };
}

/** One WebSocket and its subscriptions. */
interface Connection {
  /** Resolves when the gateway has accepted the socket. */
  open(create: () => WebSocketLike, payload: object): Promise<void>;
  send(message: object): void;
  /** Adds a subscription. @returns Its results. */
  add(id: string): Queue<Result>;
  remove(id: string): void;
  /** Closes the socket and ends all subscriptions with an error. */
  end(error: unknown): void;
}

function createConnection(runtime: Runtime, onEnd: () => void): Connection {
  const queues = new Map<string, Queue<Result>>();
  let socket: WebSocketLike | undefined;
  let hasEnded = false;
  let stopLinger = () => {};
  let stopWatchdog = () => {};

  const send = (message: object) => {
    if (!hasEnded) socket?.send(JSON.stringify(message));
  };
  const end = (error: unknown) => {
    if (hasEnded) return;
    hasEnded = true;
    stopLinger();
    stopWatchdog();
    onEnd();
    for (const queue of queues.values()) queue.fail(error);
    socket?.close();
  };
  const open: Connection['open'] = (create, payload) =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        reject(error);
        end(error);
      };
      if (hasEnded) throw closed();
      try {
        socket = create();
      } catch (cause) {
        // A page on https, or its policy, may forbid it.
        throw networkError('The WebSocket cannot be opened', cause);
      }
      let isAccepted = false;
      let { heard, stop } = createWatchdog(runtime, {
        idle: OPEN_TIMEOUT,
        timeout: 0,
        onDead: () => fail(networkError('The WebSocket did not open')),
      });
      stopWatchdog = () => stop();
      socket.onopen = () => send({ type: 'connection_init', payload });
      // A close event follows. `ws` throws an error without a listener.
      socket.onerror = () => {};
      socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
        const problem = reason || `The WebSocket was closed (${code})`;
        const refusal = isAccepted ? undefined : REFUSALS[code];
        fail(refusal === undefined ? networkError(problem) : new FlairError(problem, refusal));
      };
      socket.onmessage = ({ data }: { data: unknown }) => {
        if (hasEnded) return;
        heard();
        const { type, id, payload } = JSON.parse(String(data));
        const queue = queues.get(id);
        if (type === 'connection_ack') {
          isAccepted = true;
          stop();
          ({ heard, stop } = createWatchdog(runtime, {
            ...SILENCE,
            onIdle: () => send({ type: 'ping' }),
            onDead: () => fail(networkError('The WebSocket is silent')),
          }));
          resolve();
        }
        if (type === 'ping') send({ type: 'pong' });
        if (type === 'next') queue?.push(payload);
        if (type === 'complete') queue?.end();
        if (type === 'error') queue?.fail(toFlairError(payload));
      };
    });

  return {
    open,
    send,
    end,
    add(id) {
      const queue = new Queue<Result>();
      queues.set(id, queue);
      stopLinger();
      return queue;
    },
    remove(id) {
      queues.delete(id);
      if (queues.size === 0 && !hasEnded) stopLinger = runtime.startTimer(LINGER, () => end(closed()));
    },
  };
}

/** The error for a socket that this client has closed. */
const closed = () => networkError('The WebSocket was closed');

/** Headers as `connectionParams`, in which a watch token has another name. */
const toConnectionParams = (headers: Record<string, string>) => ({
  ...headers,
  watchToken: new Headers(headers).get('x-watch-token'),
});
