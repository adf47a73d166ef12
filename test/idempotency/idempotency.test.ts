import { describe, expect, test } from 'vitest';
import { KeyReusedError, OutcomeUnknownError, StoreError } from '../../src/idempotency/errors.ts';
import { createIdempotency } from '../../src/idempotency/idempotency.ts';
import { settle, until } from '../support/clock.ts';
import { service, stores } from './stores.ts';
import { classify, createQuickWrite, createWrite, Lost, Refused, request } from './writes.ts';

describe.each(stores)('idempotency with records $name', ({ fresh }) => {
  test('a repeated request returns the first result and sends nothing', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createQuickWrite();

    const first = await idempotency.once(request({ input: { a: 1, b: [{ c: 2, d: 3 }] } }), write, classify);
    const again = await idempotency.once(request({ input: { b: [{ d: 3, c: 2 }], a: 1 } }), write, classify);

    expect([first, again]).toEqual([{ id: 'id-1' }, { id: 'id-1' }]);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['tenants', { tenant: 'other' }],
    ['operations', { operation: 'startTraining' }],
    ['keys', { key: 'other' }],
    ['boundaries between tenant and operation', { tenant: 'tenantcreate', operation: 'Model' }],
  ])('requests with different %s are different writes', async (_, changes) => {
    const idempotency = service((await fresh())());
    const { write } = createQuickWrite();

    await idempotency.once(request(), write, classify);

    await expect(idempotency.once(request(changes), write, classify)).resolves.toEqual({ id: 'id-2' });
  });

  test('a key with a different input is refused', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createQuickWrite();
    await idempotency.once(request(), write, classify);

    const refused = idempotency.once(request({ input: { displayName: 'Shoe' } }), write, classify);

    await expect(refused).rejects.toThrow(KeyReusedError);
    expect(sent).toHaveLength(1);
  });

  test('a different input is refused while the first write is under way, and a repeated request waits', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();
    const first = idempotency.once(request(), write, classify);

    await expect(idempotency.once(request({ input: 'other' }), write, classify)).rejects.toThrow(KeyReusedError);
    const again = idempotency.once(request(), write, classify);
    sent[0]?.succeed('one');

    expect(await Promise.all([first, again])).toEqual([{ id: 'one' }, { id: 'one' }]);
    expect(sent).toHaveLength(1);
  });

  test('concurrent repeated requests return the result of the write under way', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();

    const results = Promise.all([1, 2, 3].map(() => idempotency.once(request(), write, classify)));
    await until(() => sent.length === 1);
    sent[0]?.succeed('one');

    expect(await results).toEqual([{ id: 'one' }, { id: 'one' }, { id: 'one' }]);
    expect(sent).toHaveLength(1);
  });

  test('after a write that did not happen, exactly one of the waiting requests sends its own', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();

    const results = Promise.allSettled([1, 2, 3].map(() => idempotency.once(request(), write, classify)));
    await until(() => sent.length === 1);
    sent[0]?.fail(new Refused());
    await until(() => sent.length === 2);
    await settle();
    expect(sent).toHaveLength(2);
    sent[1]?.succeed('two');

    expect(await results).toEqual([
      { status: 'rejected', reason: new Refused() },
      { status: 'fulfilled', value: { id: 'two' } },
      { status: 'fulfilled', value: { id: 'two' } },
    ]);
  });

  test('a key whose write certainly did not happen can be used again, even with a different input', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createQuickWrite();
    const refused = idempotency.once(request(), () => Promise.reject(new Refused('no credit')), classify);
    await expect(refused).rejects.toThrow('no credit');

    await idempotency.once(request({ input: 'other' }), write, classify);

    expect(sent).toHaveLength(1);
  });

  test('a write that may have happened is never sent again', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();
    const first = idempotency.once(request(), write, classify);
    const waiting = idempotency.once(request(), write, classify);
    const bothEnd = Promise.allSettled([first, waiting]);
    await until(() => sent.length === 1);
    sent[0]?.fail(new Lost('no response'));

    expect(await bothEnd).toMatchObject([
      { reason: new Lost('no response') },
      { reason: { name: 'OutcomeUnknownError' } },
    ]);
    await expect(idempotency.once(request(), write, classify)).rejects.toThrow(OutcomeUnknownError);
    await expect(idempotency.once(request({ input: 'other' }), write, classify)).rejects.toThrow(KeyReusedError);
    expect(sent).toHaveLength(1);
  });

  test('a write whose failure cannot be classified may have happened', async () => {
    const idempotency = service((await fresh())());
    const fail = () => Promise.reject(new Error('odd'));
    const failToClassify = () => {
      throw new TypeError('cannot classify');
    };
    await expect(idempotency.once(request(), fail, failToClassify)).rejects.toThrow('odd');

    await expect(idempotency.once(request(), fail, classify)).rejects.toThrow(OutcomeUnknownError);
  });

  test('a result of undefined is recorded', async () => {
    const idempotency = service((await fresh())());
    let sent = 0;
    const write = async () => {
      sent++;
    };

    await idempotency.once(request(), write, classify);

    await expect(idempotency.once(request(), write, classify)).resolves.toBeUndefined();
    expect(sent).toBe(1);
  });

  test('a result that is not serializable is returned, and the failure to record it is reported', async () => {
    const reported: StoreError[] = [];
    const idempotency = service((await fresh())(), { onError: (error) => reported.push(error) });

    await expect(idempotency.once(request(), async () => 1n, classify)).resolves.toBe(1n);

    expect(reported).toMatchObject([{ name: 'StoreError', sent: true }]);
  });

  test('a stopping gateway completes its writes and sends no new ones', async () => {
    const open = await fresh();
    const idempotency = service(open());
    const { write, sent } = createWrite();
    const first = idempotency.once(request(), write, classify);
    await until(() => sent.length === 1);

    let ended = false;
    const disposed = idempotency.dispose().then(() => {
      ended = true;
    });
    await expect(idempotency.once(request({ key: 'late' }), write, classify)).rejects.toThrow(StoreError);
    await settle();
    expect(ended).toBe(false);
    sent[0]?.succeed('one');

    await expect(first).resolves.toEqual({ id: 'one' });
    await disposed;
    expect(sent).toHaveLength(1);
  });
});

test.each([
  [0, 1000],
  [1000, 1000],
])('a lease of %i ms with a lifetime of %i ms is rejected', async (lease, lifetime) => {
  const [memory] = stores;
  const store = (await memory?.fresh())?.();
  if (!store) throw new Error('Expected a store in memory.');

  expect(() => createIdempotency({ store, lease, lifetime })).toThrow(RangeError);
  await store.close();
});
