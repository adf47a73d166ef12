import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { FromWorker, ToWorker } from '../../src/process/messages.ts';
import { StartError, startWorkers } from '../../src/process/worker-pool.ts';

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
  expect(workers.flatMap(({ received }) => received)).toEqual([{ type: 'check-upstream' }]);
});

test('a worker that cannot start prevents the start, with its message', async () => {
  const { pool, workers } = start();
  workers[0]?.say({ type: 'failed', message: 'no disk' });
  workers[0]?.exit(1);

  await expect(pool.listening).rejects.toThrow(new StartError('no disk'));
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
  expect(workers.map(({ received }) => received)).toEqual([[{ type: 'stop', isReplaced: false }], []]);
  workers[1]?.listen();

  expect(workers[1]?.received).toEqual([{ type: 'stop', isReplaced: false }]);
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
  expect(workers[0]?.received).toEqual([{ type: 'stop', isReplaced: true }]);
  workers[1]?.say({ type: 'signaled' });
  void pool.stop();
  for (const { milliseconds, callback } of timers) if (milliseconds === 50) callback();

  expect(workers).toHaveLength(3);
});
