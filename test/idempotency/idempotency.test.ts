import { describe, expect, test } from 'vitest';
import { KeyReusedError, OutcomeUnknownError, StoreError } from '../../src/idempotency/errors.ts';
import { createIdempotency } from '../../src/idempotency/idempotency.ts';
import { settle, until } from '../support/clock.ts';
import { service, stores } from './stores.ts';
import { createQuickWrite, createWrite, judge, Lost, Refused, request } from './writes.ts';

describe.each(stores)('with records $name', ({ fresh }) => {
  test('the same request again gives the first answer and sends nothing', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createQuickWrite();

    const first = await idempotency.once(request({ input: { a: 1, b: [{ c: 2, d: 3 }] } }), write, judge);
    const again = await idempotency.once(request({ input: { b: [{ d: 3, c: 2 }], a: 1 } }), write, judge);

    expect([first, again]).toEqual([{ id: 'id-1' }, { id: 'id-1' }]);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ['tenants', { tenant: 'other' }],
    ['operations', { operation: 'startTraining' }],
    ['keys', { key: 'other' }],
    ['seams between them', { tenant: 'tenantcreate', operation: 'Model' }],
  ])('other %s are other writes', async (_, changes) => {
    const idempotency = service((await fresh())());
    const { write } = createQuickWrite();

    await idempotency.once(request(), write, judge);

    await expect(idempotency.once(request(changes), write, judge)).resolves.toEqual({ id: 'id-2' });
  });

  test('a key with another input is refused', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createQuickWrite();
    await idempotency.once(request(), write, judge);

    const refused = idempotency.once(request({ input: { displayName: 'Shoe' } }), write, judge);

    await expect(refused).rejects.toThrow(KeyReusedError);
    expect(sent).toHaveLength(1);
  });

  test('a key with another input is refused while the first is under way, whose repetition still waits', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();
    const first = idempotency.once(request(), write, judge);

    await expect(idempotency.once(request({ input: 'other' }), write, judge)).rejects.toThrow(KeyReusedError);
    const again = idempotency.once(request(), write, judge);
    sent[0]?.succeed('one');

    expect(await Promise.all([first, again])).toEqual([{ id: 'one' }, { id: 'one' }]);
    expect(sent).toHaveLength(1);
  });

  test('callers who come while it is under way get its answer', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();

    const answers = Promise.all([1, 2, 3].map(() => idempotency.once(request(), write, judge)));
    await until(() => sent.length === 1);
    sent[0]?.succeed('one');

    expect(await answers).toEqual([{ id: 'one' }, { id: 'one' }, { id: 'one' }]);
    expect(sent).toHaveLength(1);
  });

  test('when nothing happened, exactly one of those who wait tries itself', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();

    const answers = Promise.allSettled([1, 2, 3].map(() => idempotency.once(request(), write, judge)));
    await until(() => sent.length === 1);
    sent[0]?.fail(new Refused());
    await until(() => sent.length === 2);
    await settle();
    expect(sent).toHaveLength(2);
    sent[1]?.succeed('two');

    expect(await answers).toEqual([
      { status: 'rejected', reason: new Refused() },
      { status: 'fulfilled', value: { id: 'two' } },
      { status: 'fulfilled', value: { id: 'two' } },
    ]);
  });

  test('a key whose write certainly did not happen may be used again, with another input too', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createQuickWrite();
    const refused = idempotency.once(request(), () => Promise.reject(new Refused('no credit')), judge);
    await expect(refused).rejects.toThrow('no credit');

    await idempotency.once(request({ input: 'other' }), write, judge);

    expect(sent).toHaveLength(1);
  });

  test('a write that may have happened is never sent again', async () => {
    const idempotency = service((await fresh())());
    const { write, sent } = createWrite();
    const first = idempotency.once(request(), write, judge);
    const waiting = idempotency.once(request(), write, judge);
    const bothEnd = Promise.allSettled([first, waiting]);
    await until(() => sent.length === 1);
    sent[0]?.fail(new Lost('no answer'));

    expect(await bothEnd).toMatchObject([
      { reason: new Lost('no answer') },
      { reason: { name: 'OutcomeUnknownError' } },
    ]);
    await expect(idempotency.once(request(), write, judge)).rejects.toThrow(OutcomeUnknownError);
    await expect(idempotency.once(request({ input: 'other' }), write, judge)).rejects.toThrow(KeyReusedError);
    expect(sent).toHaveLength(1);
  });

  test('a failure that cannot be judged may have happened', async () => {
    const idempotency = service((await fresh())());
    const fail = () => Promise.reject(new Error('odd'));
    const misjudge = () => {
      throw new TypeError('cannot judge');
    };
    await expect(idempotency.once(request(), fail, misjudge)).rejects.toThrow('odd');

    await expect(idempotency.once(request(), fail, judge)).rejects.toThrow(OutcomeUnknownError);
  });

  test('an answer of nothing is remembered as one', async () => {
    const idempotency = service((await fresh())());
    let sent = 0;
    const write = async () => {
      sent++;
    };

    await idempotency.once(request(), write, judge);

    await expect(idempotency.once(request(), write, judge)).resolves.toBeUndefined();
    expect(sent).toBe(1);
  });

  test('an answer that JSON cannot hold reaches its caller and is reported', async () => {
    const reported: StoreError[] = [];
    const idempotency = service((await fresh())(), { onError: (error) => reported.push(error) });

    await expect(idempotency.once(request(), async () => 1n, judge)).resolves.toBe(1n);

    expect(reported).toMatchObject([{ name: 'StoreError', sent: true }]);
  });

  test('a stopping gateway lets its writes end, and then sends nothing more', async () => {
    const open = await fresh();
    const idempotency = service(open());
    const { write, sent } = createWrite();
    const first = idempotency.once(request(), write, judge);
    await until(() => sent.length === 1);

    let ended = false;
    const disposed = idempotency.dispose().then(() => {
      ended = true;
    });
    await expect(idempotency.once(request({ key: 'late' }), write, judge)).rejects.toThrow(StoreError);
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
])('a lease of %i ms in a lifetime of %i ms is refused', async (lease, lifetime) => {
  const [memory] = stores;
  const store = (await memory?.fresh())?.();
  if (!store) throw new Error('There is no store.');

  expect(() => createIdempotency({ store, lease, lifetime })).toThrow(RangeError);
  await store.close();
});
