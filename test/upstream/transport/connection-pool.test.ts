import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type Connection,
  type ConnectionOwner,
  ConnectionPool,
  type PoolOptions,
} from '../../../src/upstream/transport/connection-pool.ts';
import { settle } from '../../support/clock.ts';
import { startUpstream } from '../../support/upstream.ts';

const anyKey: ConnectionOwner = { isConfirmed: true };

const waiter = (use: (connection: Connection) => void, { owner = anyKey, isSettled = false } = {}) => ({
  owner,
  isSettled,
  use,
});

/** A pool whose connections are acquired, but not opened. */
function startPool(options?: PoolOptions) {
  const pool = new ConnectionPool('http://127.0.0.1:9', options);
  onTestFinished(() => pool.destroy());
  /** Acquired connections, in order. */
  const acquired: Connection[] = [];
  return { pool, acquired, acquire: () => pool.acquire(waiter((connection) => void acquired.push(connection))) };
}

test('the most recently released connection is reused, so that only as many remain open as are needed', () => {
  const { pool, acquired, acquire } = startPool();

  acquire();
  acquire();
  expect(new Set(acquired).size).toBe(2);
  const [first, second] = acquired as [Connection, Connection];
  pool.release(second);
  pool.release(first);
  acquire();
  acquire();

  expect(acquired.slice(2)).toEqual([first, second]);
});

test('requests wait while all connections are in use, and get one in order', () => {
  const { pool, acquired, acquire } = startPool({ connections: 1 });
  const served: string[] = [];

  acquire();
  for (const name of ['first', 'second']) pool.acquire(waiter(() => void served.push(name)));
  expect(served).toEqual([]);
  pool.release(acquired[0] as Connection);
  expect(served).toEqual(['first']);
  pool.release(acquired[0] as Connection);

  expect(served).toEqual(['first', 'second']);
});

describe('a pool whose connections are all in use', () => {
  const owner = (isConfirmed: boolean): ConnectionOwner => ({ isConfirmed });

  /** A pool whose only connection is in use, and the requests that it serves next, in order. */
  function startBusy() {
    const { pool, acquired, acquire } = startPool({ connections: 1 });
    acquire();
    const served: string[] = [];
    return {
      wait: (name: string, { owner, isSettled = false }: { owner: ConnectionOwner; isSettled?: boolean }) =>
        pool.acquire(waiter(() => void served.push(name), { owner, isSettled })),
      served(count: number) {
        for (let at = 0; at < count; at++) pool.release(acquired[0] as Connection);
        return served;
      },
    };
  }

  test('keys are served in turn, however many requests of one key wait', () => {
    const { wait, served } = startBusy();
    const [a, b, c] = [owner(true), owner(true), owner(true)];

    for (const name of ['a1', 'a2', 'a3', 'a4']) wait(name, { owner: a });
    for (const name of ['b1', 'b2']) wait(name, { owner: b });
    wait('c1', { owner: c });

    expect(served(7)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  test('a confirmed key waits for few requests of invented keys, however many there are', () => {
    const { wait, served } = startBusy();

    for (let key = 0; key < 1_000; key++) wait('invented', { owner: owner(false) });
    wait('confirmed', { owner: owner(true) });

    expect(served(2)).toContain('confirmed');
  });

  test('a new key waits for few requests of confirmed keys', () => {
    const { wait, served } = startBusy();

    for (let key = 0; key < 1_000; key++) wait('confirmed', { owner: owner(true) });
    wait('new', { owner: owner(false) });

    expect(served(2)).toContain('new');
  });

  test('settled requests are skipped, however many there are', () => {
    const { wait, served } = startBusy();
    const key = owner(true);

    for (let at = 0; at < 100_000; at++) wait('over', { owner: key, isSettled: true });
    wait('wanted', { owner: key });

    expect(served(1)).toEqual(['wanted']);
  });
});

test('requests that wait for a failing connection each fail with their own error', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const pool = new ConnectionPool(`http://127.0.0.1:${port}`, { connections: 1 });
  onTestFinished(() => pool.destroy());
  const { upstream } = await startUpstream('fetch', [], { baseUrl: `http://127.0.0.1:${port}`, pool });

  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((id) => upstream.models.get(id)));

  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { failure: 'unreachable' } });
});

describe('a connection over its maximum age', () => {
  test('a connection over its maximum age is replaced after its request', () => {
    let time = 0;
    const { pool, acquired, acquire } = startPool({ connections: 1, maxAge: 1_000, monotonicNow: () => time });
    acquire();
    time = 999;
    pool.release(acquired[0] as Connection);
    acquire();
    expect(acquired[1]).toBe(acquired[0]);
    acquire();
    time = 1_000;
    pool.release(acquired[1] as Connection);

    expect(acquired).toHaveLength(3);
    expect(acquired[2]).not.toBe(acquired[0]);
    expect(acquired[0]?.closed).toBe(true);
  });

  test('an idle connection over its maximum age is replaced', () => {
    let time = 0;
    const { pool, acquired, acquire } = startPool({ maxAge: 1_000, monotonicNow: () => time });
    acquire();
    pool.release(acquired[0] as Connection);
    time = 1_000;
    acquire();

    expect(acquired[1]).not.toBe(acquired[0]);
    expect(acquired[0]?.closed).toBe(true);
  });

  test('a connection that is discarded after its pool was destroyed causes no unhandled rejection', async () => {
    let time = 0;
    const { pool, acquired, acquire } = startPool({ maxAge: 1_000, monotonicNow: () => time });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.prependListener('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    acquire();
    await pool.destroy();
    time = 1_000;
    pool.discard(acquired[0] as Connection);
    await settle();

    expect(unhandled).toEqual([]);
  });
});
