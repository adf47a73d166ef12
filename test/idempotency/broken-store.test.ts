import { describe, expect, test } from 'vitest';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import { StoreError } from '../../src/idempotency/errors.ts';
import type { IdempotencyStore } from '../../src/idempotency/store.ts';
import { settle } from '../support/clock.ts';
import { service } from './stores.ts';
import { createQuickWrite, judge, Refused, request } from './writes.ts';

const fail = () => Promise.reject(new Error('disk full'));

/** A store that works but for what is named. */
const broken = (parts: Partial<IdempotencyStore>): IdempotencyStore => ({ ...openDiskStore('memory'), ...parts });

describe('a slow store', () => {
  test('is waited for before the write is sent, and before it is answered', async () => {
    const store = openDiskStore('memory');
    const happened: string[] = [];
    const idempotency = service({
      ...store,
      async claim(claim) {
        await settle();
        happened.push('claimed');
        return await store.claim(claim);
      },
      async settle() {
        await settle();
        happened.push('settled');
      },
    });

    await idempotency.once(request(), async () => happened.push('sent'), judge);
    happened.push('answered');

    expect(happened).toEqual(['claimed', 'sent', 'settled', 'answered']);
  });
});

describe('a store that fails before the write', () => {
  test('keeps it from being sent, for all who wait for it', async () => {
    let claims = 0;
    const claim = () => {
      claims++;
      return fail();
    };
    const idempotency = service(broken({ claim }));
    const { write, sent } = createQuickWrite();

    const answers = await Promise.allSettled([1, 2, 3].map(() => idempotency.once(request(), write, judge)));

    for (const answer of answers) expect(answer).toMatchObject({ reason: { name: 'StoreError', sent: false } });
    expect(claims).toBe(1);
    expect(sent).toEqual([]);
  });

  test('says so, and why', async () => {
    const idempotency = service(broken({ claim: fail }));

    const message =
      'createModel: its idempotency record could not be made or read, so nothing was sent. Try again with the same key. disk full';
    await expect(idempotency.once(request(), fail, judge)).rejects.toThrow(message);
  });

  test('leaves the key free even if only its answer was lost', async () => {
    const store = openDiskStore('memory');
    let answers = false;
    const idempotency = service({
      ...store,
      async claim(claim) {
        const standing = await store.claim(claim);
        return answers ? standing : fail();
      },
    });
    const { write, sent } = createQuickWrite();
    await expect(idempotency.once(request(), write, judge)).rejects.toThrow(StoreError);

    answers = true;

    await expect(idempotency.once(request(), write, judge)).resolves.toEqual({ id: 'id-1' });
    expect(sent).toHaveLength(1);
  });
});

describe('a store that fails after the write', () => {
  test('costs the caller nothing, is reported, and nothing is sent again', async () => {
    const reported: StoreError[] = [];
    const store = broken({ settle: fail });
    const idempotency = service(store, { onError: (error) => reported.push(error), lease: 1 });
    const { write, sent } = createQuickWrite();

    await expect(idempotency.once(request(), write, judge)).resolves.toEqual({ id: 'id-1' });

    expect(reported).toMatchObject([{ name: 'StoreError', sent: true, operation: 'createModel' }]);
    await expect(idempotency.once(request(), write, judge)).rejects.toMatchObject({ name: 'OutcomeUnknownError' });
    expect(sent).toHaveLength(1);
  });

  test('does not hide that nothing happened', async () => {
    const reported: StoreError[] = [];
    const idempotency = service(broken({ release: fail }), { onError: (error) => reported.push(error) });

    await expect(idempotency.once(request(), () => Promise.reject(new Refused()), judge)).rejects.toThrow(Refused);

    expect(reported).toHaveLength(1);
  });

  test('costs the caller nothing even if the report fails', async () => {
    const onError = () => {
      throw new Error('The log is full.');
    };
    const idempotency = service(broken({ settle: fail }), { onError });

    await expect(idempotency.once(request(), createQuickWrite().write, judge)).resolves.toEqual({ id: 'id-1' });
  });
});
