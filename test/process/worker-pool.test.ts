import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { FromWorker, ToWorker } from '../../src/process/messages.ts';
import { StartError, startWorkers } from '../../src/process/worker-pool.ts';
import { yieldToEventLoop } from '../../src/util/next-turn.ts';

/** A worker process that does nothing by itself. */
class FakeWorker extends EventEmitter {
  readonly received: ToWorker[] = [];
  readonly signals: string[] = [];
  readonly process = { pid: 1, kill: (signal: string) => this.signals.push(signal) };
  readonly isConnected = () => true;

  send(message: ToWorker) {
    this.received.push(message);
  }

  say(...messages: FromWorker[]) {
    for (const message of messages) this.emit('message', message);
  }

  listen() {
    this.say({ type: 'started' }, { type: 'listening', url: 'http://a' });
  }

  exit(code: number | null, signal: string | null = null) {
    this.emit('exit', code, signal);
  }
}

/** Two fake workers, and the timers of their pool. */
function start() {
  const workers: FakeWorker[] = [];
  const timers: { milliseconds: number; callback: () => void }[] = [];
  let closed = 0;
  const pool = startWorkers({
    count: 2,
    fork() {
      const worker = new FakeWorker();
      workers.push(worker);
      // The pool uses no other members.
      return worker as unknown as Worker;
    },
    serve: () => ({ receive: () => {}, close: () => closed++ }),
    connectionsSettled: async () => {},
    log: pino({ level: 'silent' }),
    startTimer(milliseconds, callback) {
      timers.push({ milliseconds, callback });
      return () => {};
    },
    monotonicNow: () => 0,
  });
  return { pool, workers, timers, closed: () => closed };
}

test('the gateway listens when all workers do, and one of them checks the upstream', async () => {
  const { pool, workers } = start();

  for (const worker of workers) worker.listen();

  expect(await pool.listening).toBe('http://a');
  expect(workers.map(({ received }) => received)).toEqual([
    [{ type: 'all-serve' }],
    [{ type: 'all-serve' }, { type: 'check-upstream' }],
  ]);
});

test('a worker that cannot start prevents the start, with its message', async () => {
  const { pool, workers } = start();
  workers[0]?.say({ type: 'failed', message: 'no disk' });
  workers[0]?.exit(1);

  await expect(pool.listening).rejects.toThrow(new StartError('no disk'));
});

test.each(['before', 'after'])(
  'the gateway starts even if a worker stops because of a signal, %s the others listen',
  async (order) => {
    const { pool, workers, timers } = start();
    if (order === 'after') workers[1]?.listen();
    workers[0]?.say({ type: 'started' }, { type: 'signaled' });
    timers.at(-1)?.callback();
    if (order === 'before') workers[1]?.listen();

    workers[2]?.listen();

    expect(await pool.listening).toBe('http://a');
    expect(workers.map(({ received }) => received.map(({ type }) => type))).toEqual([
      ['stop'],
      ['all-serve'],
      ['all-serve', 'check-upstream'],
    ]);
  },
);

test.each(['SIGTERM', 'SIGINT'])(
  'a worker that %s ends before it handles signals does not prevent the start',
  async (signal) => {
    const { pool, workers, timers } = start();
    workers[0]?.exit(null, signal);
    workers[1]?.listen();
    timers.at(-1)?.callback();

    workers[2]?.listen();

    expect(await pool.listening).toBe('http://a');
    expect(workers.map(({ received }) => received.length)).toEqual([0, 1, 2]);
  },
);

test('a worker that fails while it stops does not prevent the start', async () => {
  const { pool, workers, timers } = start();
  workers[0]?.say({ type: 'started' }, { type: 'signaled' });
  timers.at(-1)?.callback();
  workers[0]?.exit(1);

  for (const worker of workers.slice(1)) worker.listen();

  expect(await pool.listening).toBe('http://a');
});

test('a signal to all processes stops the gateway, even if workers do not handle it yet', async () => {
  const { pool, workers, timers } = start();
  workers[0]?.exit(null, 'SIGTERM');
  const stopped = pool.stop();
  for (const { milliseconds, callback } of timers) if (milliseconds === 50) callback();
  workers[1]?.exit(null, 'SIGTERM');

  expect(await stopped).toBe(0);
  expect(workers).toHaveLength(2);
});

test('crashed workers are replaced, the second time after a delay', () => {
  const { workers, timers, closed } = start();
  for (const worker of workers) worker.listen();

  workers[0]?.exit(null, 'SIGKILL');
  timers.at(-1)?.callback();
  workers[2]?.emit('disconnect');
  workers[2]?.exit(1);

  expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([0, 100]);
  expect([workers.length, closed()]).toEqual([3, 2]);
});

test('a worker that is started while the others stop is stopped as soon as it receives messages', async () => {
  const { pool, workers } = start();
  workers[0]?.listen();

  const stopped = pool.stop();
  await yieldToEventLoop();
  expect(workers.map(({ received }) => received)).toEqual([[{ type: 'hold' }, { type: 'stop' }], []]);
  workers[1]?.listen();

  expect(workers[1]?.received).toEqual([{ type: 'stop' }]);
  for (const worker of workers) worker.exit(0);
  expect([await stopped, await pool.listening]).toEqual([0, undefined]);
});

test('a worker that does not stop in time is killed, and the exit code reports it', async () => {
  const { pool, workers, timers } = start();
  for (const worker of workers) worker.listen();
  const stopped = pool.stop();
  workers[0]?.exit(0);

  timers.at(-1)?.callback();
  workers[1]?.exit(null, 'SIGKILL');

  expect(workers.map(({ signals }) => signals)).toEqual([[], ['SIGKILL']]);
  expect(await stopped).toBe(1);
});

test('a worker with a signal of its own is replaced, but not if all of them have received it', () => {
  const { pool, workers, timers } = start();
  for (const worker of workers) worker.listen();

  workers[0]?.say({ type: 'signaled' });
  timers.at(-1)?.callback();
  expect(workers[0]?.received).toEqual([{ type: 'all-serve' }, { type: 'stop' }]);
  workers[1]?.say({ type: 'signaled' });
  void pool.stop();
  for (const { milliseconds, callback } of timers) if (milliseconds === 50) callback();

  expect(workers).toHaveLength(3);
});
