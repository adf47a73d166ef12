import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settle } from '../support/clock.ts';
import { serviceOver, stores } from './stores.ts';
import { classify, Lost, Refused, request } from './writes.ts';

type Effect = 'success' | 'nothing-happened' | 'unknown';

/** One of several concurrent callers. */
const call = fc.record({
  tenant: fc.constantFrom('a', 'b'),
  key: fc.constantFrom('x', 'y'),
  input: fc.constantFrom(1, 2),
  replica: fc.constantFrom(0, 1),
  /** Turns of the event loop before the call. */
  delay: fc.nat(8),
  /** Turns of the event loop that the write takes, if it is sent. */
  duration: fc.nat(8),
  effect: fc.constantFrom<Effect>('success', 'success', 'nothing-happened', 'unknown'),
});

interface SentWrite {
  record: string;
  caller: number;
  input: number;
  effect: Effect | 'under-way';
  /** Effects of the earlier writes of the same record, at the time this one was sent. */
  earlier: SentWrite['effect'][];
}

const runs = process.env.CI === 'true' ? 300 : 100;

describe.each(stores)('callers of two replicas, with records $name', ({ fresh }) => {
  test('no write is sent twice, and every caller receives the one result or the reason for its absence', async () => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 12 }), async (calls) => {
      const open = await fresh();
      const replicas = [serviceOver(open()), serviceOver(open())];
      const sent: SentWrite[] = [];

      const results = await Promise.allSettled(
        calls.map(async ({ tenant, key, input, replica, delay, duration, effect }, caller) => {
          await settle(delay);
          const write = async () => {
            const record = tenant + key;
            const earlier = sent.filter((one) => one.record === record).map((one) => one.effect);
            const own: SentWrite = { record, caller, input, effect: 'under-way', earlier };
            sent.push(own);
            await settle(duration);
            own.effect = effect;
            if (effect === 'nothing-happened') throw new Refused();
            if (effect === 'unknown') throw new Lost();
            return { of: record, input };
          };
          return await replicas[replica]?.once(request({ tenant, key, input }), write, classify);
        }),
      );
      await Promise.all(replicas.map((replica) => replica.dispose()));

      for (const { earlier } of sent) expect(earlier.filter((effect) => effect !== 'nothing-happened')).toEqual([]);
      for (const [caller, { tenant, key, input, effect }] of calls.entries()) {
        const record = tenant + key;
        const same = sent.filter((one) => one.record === record);
        const own = same.find((one) => one.caller === caller);
        const result = results[caller];
        if (result?.status === 'fulfilled') {
          seen.add('result');
          expect(result.value).toEqual({ of: record, input });
          expect(same).toContainEqual(expect.objectContaining({ input, effect: 'success' }));
        } else if (own) {
          seen.add('own failure');
          expect(result?.reason).toBeInstanceOf(effect === 'unknown' ? Lost : Refused);
        } else if (result?.reason.name === 'KeyReusedError') {
          seen.add('key reused');
          expect(same.some((one) => one.input !== input)).toBe(true);
        } else {
          seen.add('outcome unknown');
          expect(result?.reason.name).toBe('OutcomeUnknownError');
          expect(same).toContainEqual(expect.objectContaining({ input, effect: 'unknown' }));
        }
      }
    });
    await fc.assert(property, { numRuns: runs });

    // The runs must have covered every possible result.
    expect([...seen].sort()).toEqual(['key reused', 'outcome unknown', 'own failure', 'result']);
  });
});
