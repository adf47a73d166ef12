import { expect, onTestFinished, test } from 'vitest';
import { type Connection, type ConnectionOwner, Pool, type PoolOptions } from '../../src/upstream/pool.ts';

const somebody: ConnectionOwner = { isConfirmed: true };

const borrower = (use: (connection: Connection) => void, { owner = somebody, isOver = false } = {}) => ({
  owner,
  isOver,
  use,
});

/** A pool of which nothing is asked but connections, none of which is opened. */
function startPool(options?: PoolOptions) {
  const pool = new Pool('http://127.0.0.1:9', options);
  onTestFinished(() => pool.destroy());
  /** Connections that were lent, in the order in which they were. */
  const lent: Connection[] = [];
  return { pool, lent, lend: () => pool.lend(borrower((connection) => void lent.push(connection))) };
}

test('the connection that was given back last is lent next, so that no more are kept open than are needed', () => {
  const { pool, lent, lend } = startPool();

  lend();
  lend();
  expect(new Set(lent).size).toBe(2);
  const [first, second] = lent as [Connection, Connection];
  pool.takeBack(second);
  pool.takeBack(first);
  lend();
  lend();

  expect(lent.slice(2)).toEqual([first, second]);
});

test('whoever finds none left waits, and is served before who comes later', () => {
  const { pool, lent, lend } = startPool({ connections: 1 });
  const served: string[] = [];

  lend();
  for (const name of ['first', 'second']) pool.lend(borrower(() => void served.push(name)));
  expect(served).toEqual([]);
  pool.takeBack(lent[0] as Connection);
  expect(served).toEqual(['first']);
  pool.takeBack(lent[0] as Connection);

  expect(served).toEqual(['first', 'second']);
});
