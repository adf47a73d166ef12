import type { Params, Result, ResultObserver } from './types.ts';

export interface SubscribeOptions {
  /** URL of the endpoint, as `http:` or `https:`. */
  endpoint: string;
  params: Params;
  /** Browsers send no headers with a WebSocket, so they are sent in `connection_init`. */
  headers: Record<string, string>;
  observer: ResultObserver;
}

/**
 * Subscribes over a WebSocket of its own (graphql-transport-ws). When the connection is lost, for example because the gateway
 * restarts, it subscribes again: the first event then contains the current state.
 *
 * Not a generator, because `return` would not interrupt one that waits for an event.
 */
export function subscribe(options: SubscribeOptions): AsyncIterableIterator<Result> {
  const { endpoint, params, headers, observer } = options;
  /** Delays before the attempts to reconnect, in milliseconds. The last one is repeated. */
  const DELAYS = [500, 1_000, 2_000, 5_000];
  /** After this silence a ping is sent; without a message within the timeout, the connection counts as lost. */
  const SILENCE = { idle: 12_000, timeout: 20_000 };
  /** True for codes after which another attempt cannot help: a message that is refused or too long, or credentials. */
  const isFinal = (code: number) => code === 1008 || code === 1009 || (code >= 4400 && code < 4500);
  const results: Result[] = [];
  let isComplete = false;
  let wake = () => {};
  let socket: WebSocket | undefined;
  /** Detects silence while there is a socket, and starts the next attempt after a loss. */
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** True once an event has arrived. Until then an error is shown at once, because it may be permanent. */
  let hasWorked = false;
  /** Connections lost since the last event. */
  let losses = 0;

  const push = (result: Result) => {
    if (isComplete) return;
    if (losses > 0) observer.onConnection('Reconnected.');
    losses = 0;
    observer.onResult(result);
    results.push(result);
    wake();
  };
  const complete = () => {
    isComplete = true;
    wake();
    clearTimeout(timer);
    socket?.close(1000);
  };
  const fail = (message: string, closeCode: number) => {
    losses = 0;
    push({ errors: [{ message, extensions: { closeCode } }] });
    complete();
  };

  function connect(): void {
    const current = new WebSocket(endpoint.replace(/^http/, 'ws'), 'graphql-transport-ws');
    socket = current;
    let problem = 'The gateway cannot be reached. Check that it is running.';
    const reply = (message: object) => current.send(JSON.stringify(message));
    const lose = (code: number, reason: string) => {
      if (isComplete) return;
      clearTimeout(timer);
      current.onmessage = current.onclose = null;
      current.close();
      if (!hasWorked || isFinal(code)) return fail(reason || problem, code);
      if (losses === 0) observer.onConnection(`Connection lost. ${reason} Reconnecting…`.replace('  ', ' '));
      timer = setTimeout(connect, DELAYS[losses] ?? DELAYS.at(-1));
      losses++;
    };
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        // The second timer starts when the first one ends, so that what arrived during sleep is read before it ends.
        timer = setTimeout(() => lose(1006, ''), SILENCE.timeout);
        if (current.readyState === current.OPEN) reply({ type: 'ping' });
      }, SILENCE.idle);
    };
    heard();
    current.onopen = () => reply({ type: 'connection_init', payload: headers });
    current.onmessage = ({ data }) => {
      if (isComplete) return;
      heard();
      const { type, payload } = JSON.parse(data);
      if (type === 'connection_ack') {
        problem = 'The connection was lost before the first event. Run the subscription again.';
        reply({ type: 'subscribe', id: '1', payload: params });
      } else if (type === 'ping') reply({ type: 'pong' });
      else if (type === 'next') {
        hasWorked = true;
        push(payload);
      } else if (type === 'error') push({ errors: payload });
      if (type === 'error' || type === 'complete') complete();
    };
    current.onclose = ({ code, reason }) => lose(code, reason);
  }
  connect();

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      while (results.length === 0 && !isComplete)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const value = results.shift();
      return value ? { done: false, value } : { done: true, value: undefined };
    },
    async return() {
      complete();
      return { done: true, value: undefined };
    },
  };
}
