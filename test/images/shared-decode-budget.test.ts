import { expect, test } from 'vitest';
import { createDecodeBudget } from '../../src/images/decode-memory.ts';
import { createRemoteBudget, serveBudget } from '../../src/images/shared-decode-budget.ts';

const { signal } = new AbortController();

/** Waits until all messages have arrived. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A process that uses the budget, and whose messages arrive later. */
function connect(budget: ReturnType<typeof createDecodeBudget>) {
  const owners: string[] = [];
  const connection = serveBudget(budget, (reply) => queueMicrotask(() => remote.receive(reply)));
  const remote = createRemoteBudget({
    maxBytes: budget.maxBytes,
    nameOf: (owner) => `hidden-${owner.length}`,
    send(request) {
      if (request.type === 'reserve') owners.push(request.owner);
      queueMicrotask(() => connection.receive(request));
    },
  });
  return { remote, connection, owners };
}

test('processes wait for memory that another one uses, and receive it when it is released', async () => {
  const budget = createDecodeBudget(100);
  const [one, other] = [connect(budget), connect(budget)];
  const release = await one.remote.reserve('key', signal, 80);
  let isAdmitted = false;
  const waiting = other.remote.reserve('key', signal, 80).then((done) => {
    isAdmitted = true;
    return done;
  });
  await settle();
  expect([isAdmitted, budget.reserved]).toEqual([false, 80]);

  release();
  release();
  (await waiting)();
  await settle();

  expect([budget.reserved, one.remote.reserved, other.remote.reserved]).toEqual([0, 0, 0]);
});

test('an aborted wait takes no memory, and the keys of owners are not sent', async () => {
  const budget = createDecodeBudget(100);
  const { remote, owners } = connect(budget);
  const release = await remote.reserve('key', signal, 100);
  const abort = new AbortController();
  const waiting = remote.reserve('other key', abort.signal, 100);
  await settle();

  abort.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  release();
  await settle();

  expect(budget.reserved).toBe(0);
  expect(owners).toEqual(['hidden-3', 'hidden-9']);
});

test('a process that ends returns its memory', async () => {
  const budget = createDecodeBudget(100);
  const [one, other] = [connect(budget), connect(budget)];
  await one.remote.reserve('key', signal, 100);
  const waiting = other.remote.reserve('key', signal, 100);

  one.connection.close();

  expect(typeof (await waiting)).toBe('function');
});
