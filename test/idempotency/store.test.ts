import { describe, expect, onTestFinished, test } from 'vitest';
import type { Claim } from '../../src/idempotency/store.ts';
import { stores } from './stores.ts';

const first: Claim = { id: 'id', input: 'input', token: 'first', lease: 1000, lifetime: 10_000 };
const second: Claim = { ...first, input: 'other input', token: 'second' };

describe.each(stores)('an idempotency store $name', ({ fresh }) => {
  async function openStore() {
    const store = (await fresh())();
    onTestFinished(() => store.close());
    return store;
  }

  test('the first claim of a record succeeds, and others receive its content', async () => {
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
    'later claims receive the recorded outcome: %j',
    async (outcome) => {
      const store = await openStore();
      await store.claim(first);

      await store.recordOutcome(first, outcome);

      expect(await store.claim(second)).toEqual({ input: 'input', ...outcome });
    },
  );

  test('a repeated claim succeeds again', async () => {
    const store = await openStore();

    await store.claim(first);

    expect(await store.claim(first)).toEqual({ state: 'claimed' });
  });

  test('a claim cannot change the record of another claim', async () => {
    const store = await openStore();
    await store.claim(first);

    await expect(store.recordOutcome(second, { state: 'done', result: '2' })).rejects.toThrow(
      'The record belongs to another claim',
    );
    await store.release(second);

    expect(await store.claim(second)).toMatchObject({ state: 'under-way', input: 'input' });
  });

  test('recording an outcome recreates a lost record', async () => {
    const store = await openStore();
    await store.claim(first);
    await store.release(first);

    await store.recordOutcome(first, { state: 'done', result: '1' });

    expect(await store.claim(second)).toEqual({ state: 'done', input: 'input', result: '1' });
  });

  test('a released record can be claimed again', async () => {
    const store = await openStore();
    await store.claim(first);

    await store.release(first);

    expect(await store.claim(second)).toEqual({ state: 'claimed' });
  });
});
