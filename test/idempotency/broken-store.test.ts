import { describe, expect, test } from 'vitest';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import { StoreError } from '../../src/idempotency/errors.ts';
import type { IdempotencyStore } from '../../src/idempotency/store.ts';
import { settle } from '../support/clock.ts';
import { service } from './stores.ts';
import { classify, createQuickWrite, Refused, request } from './writes.ts';

const fail = () => Promise.reject(new Error('disk full'));

/** A store in memory with some of its methods replaced. */
const broken = (parts: Partial<IdempotencyStore>): IdempotencyStore => ({ ...openDiskStore('memory'), ...parts });

describe('a slow idempotency store', () => {
  test('the write waits for its record, and the result waits until it is recorded', async () => {
    const store = openDiskStore('memory');
    const happened: string[] = [];
    const idempotency = service({
      ...store,
      async claim(claim) {
        await settle();
        happened.push('claimed');
        return await store.claim(claim);
      },
      async recordOutcome() {
        await settle();
        happened.push('recorded');
      },
    });

    await idempotency.once(request(), async () => happened.push('sent'), classify);
    happened.push('returned');

    expect(happened).toEqual(['claimed', 'sent', 'recorded', 'returned']);
  });
});

describe('an idempotency store that fails before the write', () => {
  test('the write is not sent, for any of the concurrent requests', async () => {
    let claims = 0;
    const claim = () => {
      claims++;
      return fail();
    };
    const idempotency = service(broken({ claim }));
    const { write, sent } = createQuickWrite();

    const results = await Promise.allSettled([1, 2, 3].map(() => idempotency.once(request(), write, classify)));

    for (const result of results) expect(result).toMatchObject({ reason: { name: 'StoreError', sent: false } });
    expect(claims).toBe(1);
    expect(sent).toEqual([]);
  });

  test('the error contains the cause of the failed claim', async () => {
    const idempotency = service(broken({ claim: fail }));

    const message =
      'createModel: the idempotency record could not be created or read, so nothing was sent. Try again with the same key. disk full';
    await expect(idempotency.once(request(), fail, classify)).rejects.toThrow(message);
  });

  test('the key stays usable when only the response of the store was lost', async () => {
    const store = openDiskStore('memory');
    let responds = false;
    const idempotency = service({
      ...store,
      async claim(claim) {
        const claimed = await store.claim(claim);
        return responds ? claimed : fail();
      },
    });
    const { write, sent } = createQuickWrite();
    await expect(idempotency.once(request(), write, classify)).rejects.toThrow(StoreError);

    responds = true;

    await expect(idempotency.once(request(), write, classify)).resolves.toEqual({ id: 'id-1' });
    expect(sent).toHaveLength(1);
  });
});

describe('an idempotency store that fails after the write', () => {
  test('the result is returned, the failure is reported, and nothing is sent again', async () => {
    const reported: StoreError[] = [];
    const store = broken({ recordOutcome: fail });
    const idempotency = service(store, { onError: (error) => reported.push(error), lease: 1 });
    const { write, sent } = createQuickWrite();

    await expect(idempotency.once(request(), write, classify)).resolves.toEqual({ id: 'id-1' });

    expect(reported).toMatchObject([{ name: 'StoreError', sent: true, operation: 'createModel' }]);
    await expect(idempotency.once(request(), write, classify)).rejects.toMatchObject({ name: 'OutcomeUnknownError' });
    expect(sent).toHaveLength(1);
  });

  test('a failure to release the record does not hide the error of the write', async () => {
    const reported: StoreError[] = [];
    const idempotency = service(broken({ release: fail }), { onError: (error) => reported.push(error) });

    await expect(idempotency.once(request(), () => Promise.reject(new Refused()), classify)).rejects.toThrow(Refused);

    expect(reported).toHaveLength(1);
  });

  test('the result is returned even if the error listener throws', async () => {
    const onError = () => {
      throw new Error('The log is full.');
    };
    const idempotency = service(broken({ recordOutcome: fail }), { onError });

    await expect(idempotency.once(request(), createQuickWrite().write, classify)).resolves.toEqual({ id: 'id-1' });
  });
});
