import { describe, expect, onTestFinished, test } from 'vitest';
import type { Claim } from '../../src/idempotency/store.ts';
import { stores } from './stores.ts';

const first: Claim = { id: 'id', input: 'input', token: 'first', lease: 1000, lifetime: 10_000 };
const second: Claim = { ...first, input: 'other input', token: 'second' };

describe.each(stores)('a store of records $name', ({ fresh }) => {
  async function openStore() {
    const store = (await fresh())();
    onTestFinished(() => store.close());
    return store;
  }

  test('gives a record to one claim and tells the others what it says', async () => {
    const store = await openStore();

    expect(await store.claim(first)).toEqual({ state: 'claimed' });
    const found = await store.claim(second);

    expect(found).toEqual({ state: 'under-way', input: 'input', leaseLeft: expect.any(Number) });
    if (found.state === 'under-way') {
      expect(found.leaseLeft).toBeGreaterThan(0);
      expect(found.leaseLeft).toBeLessThanOrEqual(1000);
    }
  });

  test.each([{ state: 'done', result: '{"result":"äöü \\u0000"}' }, { state: 'unknown' }] as const)(
    'tells what came of a write: %j',
    async (outcome) => {
      const store = await openStore();
      await store.claim(first);

      await store.settle(first, outcome);

      expect(await store.claim(second)).toEqual({ input: 'input', ...outcome });
    },
  );

  test('takes a claim that arrives twice for one', async () => {
    const store = await openStore();

    await store.claim(first);

    expect(await store.claim(first)).toEqual({ state: 'claimed' });
  });

  test('lets no claim change the record of another', async () => {
    const store = await openStore();
    await store.claim(first);

    await expect(store.settle(second, { state: 'done', result: '2' })).rejects.toThrow('Another claim has the record');
    await store.release(second);

    expect(await store.claim(second)).toMatchObject({ state: 'under-way', input: 'input' });
  });

  test('makes a record that it lost again when it is settled', async () => {
    const store = await openStore();
    await store.claim(first);
    await store.release(first);

    await store.settle(first, { state: 'done', result: '1' });

    expect(await store.claim(second)).toEqual({ state: 'done', input: 'input', result: '1' });
  });

  test('forgets what is released', async () => {
    const store = await openStore();
    await store.claim(first);

    await store.release(first);

    expect(await store.claim(second)).toEqual({ state: 'claimed' });
  });
});
