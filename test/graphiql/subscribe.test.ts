import { once } from 'node:events';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { subscribe } from '../../src/graphiql/browser/subscribe.ts';

/** Number of sockets that the page has opened. */
let sockets = 0;

beforeEach(() => {
  sockets = 0;
  // Like that of a browser: without a listener for errors, nothing is thrown.
  class BrowserWebSocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol);
      sockets++;
      this.on('error', () => {});
    }
  }
  vi.stubGlobal('WebSocket', BrowserWebSocket);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Subscribes to a gateway that does something else with each connection, after it has received its first message. */
async function start(...connections: readonly ((socket: WebSocket) => void)[]) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  await once(server, 'listening');
  const opened: object[] = [];
  server.on('connection', (socket) => {
    const act = connections[opened.length];
    socket.once('message', (message) => {
      opened.push(JSON.parse(String(message)));
      act?.(socket);
    });
  });
  const seen: unknown[] = [];
  let wake = () => {};
  const add = (each: unknown) => {
    seen.push(each);
    wake();
  };
  const { port } = server.address() as { port: number };
  const results = subscribe({
    endpoint: `http://127.0.0.1:${port}`,
    params: { query: 'subscription { a }' },
    headers: { 'x-api-key': 'demo' },
    observer: { onResult: add, onConnection: add },
  });
  return {
    results,
    seen,
    opened,
    /** Waits until the page has seen so many results and messages. */
    async untilSeen(count: number): Promise<void> {
      while (seen.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

const send = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message));
/** Accepts the socket, and sends an event when the client has subscribed. */
const sendEvent = (data: number, after: (socket: WebSocket) => void) => (socket: WebSocket) => {
  send(socket, { type: 'connection_ack' });
  socket.once('message', () => {
    send(socket, { type: 'next', id: '1', payload: { data } });
    after(socket);
  });
};
const lose = (socket: WebSocket) => socket.terminate();
const complete = (socket: WebSocket) => send(socket, { type: 'complete', id: '1' });

const LOST = 'Connection lost. Reconnecting…';

test('a lost connection is opened again with the same key, and the stream continues until it is complete', async () => {
  const { results, seen, opened, untilSeen } = await start(sendEvent(1, lose), sendEvent(2, complete));
  await untilSeen(2);
  vi.advanceTimersToNextTimer();

  expect(await all(results)).toEqual([{ data: 1 }, { data: 2 }]);
  expect(seen).toEqual([{ data: 1 }, LOST, 'Reconnected.', { data: 2 }]);
  expect(opened).toEqual(Array(2).fill({ type: 'connection_init', payload: { 'x-api-key': 'demo' } }));
});

test('the reason for which the gateway closes the socket is shown', async () => {
  const { seen, untilSeen } = await start(sendEvent(1, (socket) => socket.close(1012, 'The server is restarting.')));
  await untilSeen(2);

  expect(seen[1]).toBe('Connection lost. The server is restarting. Reconnecting…');
});

test('delays grow until an event arrives, and the loss is reported once', async () => {
  const delays: unknown[] = [];
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((callback, delay) => {
    // Not those that detect silence.
    if (Number(delay) < 10_000) {
      delays.push(delay);
      setImmediate(callback);
    }
    return undefined as never;
  });
  const accept = (socket: WebSocket) => {
    send(socket, { type: 'connection_ack' });
    socket.terminate();
  };

  const { results, seen } = await start(
    sendEvent(1, lose),
    ...Array(5).fill(accept),
    sendEvent(2, lose),
    sendEvent(3, complete),
  );

  expect(await all(results)).toEqual([{ data: 1 }, { data: 2 }, { data: 3 }]);
  expect(seen).toEqual([{ data: 1 }, LOST, 'Reconnected.', { data: 2 }, LOST, 'Reconnected.', { data: 3 }]);
  expect(delays.slice(0, 7)).toEqual([500, 1_000, 2_000, 5_000, 5_000, 5_000, 500]);
});

test('a key that is rejected after a loss ends the stream with the reason', async () => {
  const { results, untilSeen } = await start(sendEvent(1, lose), (socket) => socket.close(4401, 'Unknown key.'));
  await untilSeen(2);
  vi.advanceTimersToNextTimer();

  expect(await all(results)).toEqual([
    { data: 1 },
    { errors: [{ message: 'Unknown key.', extensions: { closeCode: 4401 } }] },
  ]);
});

test('a gateway that was never reached is an error, and no further attempt is made', async () => {
  const { results } = await start(lose);

  expect(await all(results)).toEqual([
    { errors: [{ message: expect.stringContaining('Check that it is running.'), extensions: { closeCode: 1006 } }] },
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a subscription that is stopped while it waits connects no more', async () => {
  const { results, untilSeen } = await start(sendEvent(1, lose));
  await untilSeen(2);

  await results.return?.();

  expect(vi.getTimerCount()).toBe(0);
  expect(await all(results)).toEqual([{ data: 1 }]);
});

test('a silent connection is tested with a ping, and is lost 20 s later without a message', async () => {
  const accepted: WebSocket[] = [];
  const { results, seen, untilSeen } = await start(
    sendEvent(1, (socket) => void accepted.push(socket)),
    sendEvent(3, complete),
  );
  await untilSeen(1);
  const [socket] = accepted as [WebSocket];

  const ping = once(socket, 'message');
  vi.advanceTimersByTime(12_000);
  expect(String((await ping)[0])).toBe('{"type":"ping"}');
  send(socket, { type: 'next', id: '1', payload: { data: 2 } });
  await untilSeen(2);
  vi.advanceTimersByTime(12_000 + 19_999);
  expect(seen).toEqual([{ data: 1 }, { data: 2 }]);
  vi.advanceTimersByTime(1);
  expect(seen.at(-1)).toBe(LOST);
  vi.advanceTimersByTime(500);

  expect(await all(results)).toEqual([{ data: 1 }, { data: 2 }, { data: 3 }]);
  vi.advanceTimersByTime(60_000);
  expect(sockets).toBe(2);
});

test('a gateway that does not accept the socket is an error after 32 s', async () => {
  const { results } = await start(() => {});

  vi.advanceTimersByTime(32_000);

  expect(await all(results)).toMatchObject([{ errors: [{ message: expect.stringContaining('cannot be reached') }] }]);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([1008, 1009, 4400, 4403, 4429])('the close code %i is final, also after an event', async (code) => {
  const { results } = await start(sendEvent(1, (socket) => socket.close(code, 'Refused.')));

  expect(await all(results)).toEqual([
    { data: 1 },
    { errors: [{ message: 'Refused.', extensions: { closeCode: code } }] },
  ]);
  vi.advanceTimersByTime(60_000);
  expect(sockets).toBe(1);
});

test('a subscription whose connection is lost before its first event is not sent again', async () => {
  const { results } = await start((socket) => {
    send(socket, { type: 'connection_ack' });
    socket.once('message', () => socket.terminate());
  });

  expect(await all(results)).toMatchObject([
    { errors: [{ message: expect.stringContaining('before the first event'), extensions: { closeCode: 1006 } }] },
  ]);
  vi.advanceTimersByTime(60_000);
  expect(sockets).toBe(1);
});
