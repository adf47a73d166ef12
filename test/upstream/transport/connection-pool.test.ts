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

const somebody: ConnectionOwner = { isConfirmed: true };

const borrower = (use: (connection: Connection) => void, { owner = somebody, isOver = false } = {}) => ({
  owner,
  isOver,
  use,
});

/** A pool of which nothing is asked but connections, none of which is opened. */
function startPool(options?: PoolOptions) {
  const pool = new ConnectionPool('http://127.0.0.1:9', options);
  onTestFinished(() => pool.destroy());
  /** Connections that were lent, in the order in which they were. */
  const lent: Connection[] = [];
  return { pool, lent, lend: () => pool.acquire(borrower((connection) => void lent.push(connection))) };
}

test('the connection that was given back last is lent next, so that no more are kept open than are needed', () => {
  const { pool, lent, lend } = startPool();

  lend();
  lend();
  expect(new Set(lent).size).toBe(2);
  const [first, second] = lent as [Connection, Connection];
  pool.release(second);
  pool.release(first);
  lend();
  lend();

  expect(lent.slice(2)).toEqual([first, second]);
});

test('whoever finds none left waits, and is served before who comes later', () => {
  const { pool, lent, lend } = startPool({ connections: 1 });
  const served: string[] = [];

  lend();
  for (const name of ['first', 'second']) pool.acquire(borrower(() => void served.push(name)));
  expect(served).toEqual([]);
  pool.release(lent[0] as Connection);
  expect(served).toEqual(['first']);
  pool.release(lent[0] as Connection);

  expect(served).toEqual(['first', 'second']);
});

describe('when all connections are in use', () => {
  const owner = (isConfirmed: boolean): ConnectionOwner => ({ isConfirmed });

  /** A pool of one connection that is in use, and what it serves next, in order. */
  function startBusy() {
    const { pool, lent, lend } = startPool({ connections: 1 });
    lend();
    const served: string[] = [];
    return {
      wait: (name: string, { owner, isOver = false }: { owner: ConnectionOwner; isOver?: boolean }) =>
        pool.acquire(borrower(() => void served.push(name), { owner, isOver })),
      served(count: number) {
        for (let at = 0; at < count; at++) pool.release(lent[0] as Connection);
        return served;
      },
    };
  }

  test('keys take turns, however many requests of one key wait', () => {
    const { wait, served } = startBusy();
    const [a, b, c] = [owner(true), owner(true), owner(true)];

    for (const name of ['a1', 'a2', 'a3', 'a4']) wait(name, { owner: a });
    for (const name of ['b1', 'b2']) wait(name, { owner: b });
    wait('c1', { owner: c });

    expect(served(7)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  test('a confirmed key waits for few requests of invented ones, however many there are', () => {
    const { wait, served } = startBusy();

    for (let key = 0; key < 1_000; key++) wait('invented', { owner: owner(false) });
    wait('confirmed', { owner: owner(true) });

    expect(served(2)).toContain('confirmed');
  });

  test('a new key waits for few requests of confirmed ones', () => {
    const { wait, served } = startBusy();

    for (let key = 0; key < 1_000; key++) wait('confirmed', { owner: owner(true) });
    wait('new', { owner: owner(false) });

    expect(served(2)).toContain('new');
  });

  test('requests that are over are passed over, however many there are', () => {
    const { wait, served } = startBusy();
    const key = owner(true);

    for (let at = 0; at < 100_000; at++) wait('over', { owner: key, isOver: true });
    wait('wanted', { owner: key });

    expect(served(1)).toEqual(['wanted']);
  });
});

test('a connection that fails serves the requests that wait for it, and each fails by itself', async () => {
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

describe('a connection that is too old', () => {
  test('is replaced after its request, and not lent again', () => {
    let time = 0;
    const { pool, lent, lend } = startPool({ connections: 1, maxAge: 1_000, monotonicNow: () => time });
    lend();
    time = 999;
    pool.release(lent[0] as Connection);
    lend();
    expect(lent[1]).toBe(lent[0]);
    lend();
    time = 1_000;
    pool.release(lent[1] as Connection);

    expect(lent).toHaveLength(3);
    expect(lent[2]).not.toBe(lent[0]);
    expect(lent[0]?.closed).toBe(true);
  });

  test('is replaced when it became so while nothing used it', () => {
    let time = 0;
    const { pool, lent, lend } = startPool({ maxAge: 1_000, monotonicNow: () => time });
    lend();
    pool.release(lent[0] as Connection);
    time = 1_000;
    lend();

    expect(lent[1]).not.toBe(lent[0]);
    expect(lent[0]?.closed).toBe(true);
  });

  test('may come back after the pool was destroyed, and rejects no promise that nothing handles', async () => {
    let time = 0;
    const { pool, lent, lend } = startPool({ maxAge: 1_000, monotonicNow: () => time });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.prependListener('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    lend();
    await pool.destroy();
    time = 1_000;
    pool.discard(lent[0] as Connection);
    await settle();

    expect(unhandled).toEqual([]);
  });
});
