import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settle } from '../support/clock.ts';
import { serviceOver, stores } from './stores.ts';
import { judge, Lost, Refused, request } from './writes.ts';

type Fate = 'success' | 'nothing-happened' | 'unknown';

/** One caller among many. */
const call = fc.record({
  tenant: fc.constantFrom('a', 'b'),
  key: fc.constantFrom('x', 'y'),
  input: fc.constantFrom(1, 2),
  replica: fc.constantFrom(0, 1),
  /** Turns of the event loop before it calls. */
  comesAfter: fc.nat(8),
  /** Turns of the event loop that its write takes, if it is sent. */
  takes: fc.nat(8),
  fate: fc.constantFrom<Fate>('success', 'success', 'nothing-happened', 'unknown'),
});

interface Sent {
  record: string;
  by: number;
  input: number;
  fate: Fate | 'under-way';
  /** What the writes sent before it had come to when it was sent. */
  after: Sent['fate'][];
}

const runs = process.env.CI === 'true' ? 300 : 100;

describe.each(stores)('callers of two replicas, with records $name', ({ fresh }) => {
  test('nothing is sent twice, and everyone gets the one answer or is told why not', async () => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 12 }), async (calls) => {
      const open = await fresh();
      const replicas = [serviceOver(open()), serviceOver(open())];
      const sent: Sent[] = [];

      const answers = await Promise.allSettled(
        calls.map(async ({ tenant, key, input, replica, comesAfter, takes, fate }, by) => {
          await settle(comesAfter);
          const write = async () => {
            const record = tenant + key;
            const earlier = sent.filter((one) => one.record === record);
            const one: Sent = { record, by, input, fate: 'under-way', after: earlier.map((other) => other.fate) };
            sent.push(one);
            await settle(takes);
            one.fate = fate;
            if (fate === 'nothing-happened') throw new Refused();
            if (fate === 'unknown') throw new Lost();
            return { of: record, input };
          };
          return await replicas[replica]?.once(request({ tenant, key, input }), write, judge);
        }),
      );
      await Promise.all(replicas.map((replica) => replica.dispose()));

      for (const { after } of sent) expect(after.filter((fate) => fate !== 'nothing-happened')).toEqual([]);
      for (const [by, { tenant, key, input, fate }] of calls.entries()) {
        const record = tenant + key;
        const same = sent.filter((one) => one.record === record);
        const own = same.find((one) => one.by === by);
        const answer = answers[by];
        if (answer?.status === 'fulfilled') {
          seen.add('answer');
          expect(answer.value).toEqual({ of: record, input });
          expect(same).toContainEqual(expect.objectContaining({ input, fate: 'success' }));
        } else if (own) {
          seen.add('own failure');
          expect(answer?.reason).toBeInstanceOf(fate === 'unknown' ? Lost : Refused);
        } else if (answer?.reason.name === 'KeyReusedError') {
          seen.add('key reused');
          expect(same.some((one) => one.input !== input)).toBe(true);
        } else {
          seen.add('outcome unknown');
          expect(answer?.reason.name).toBe('OutcomeUnknownError');
          expect(same).toContainEqual(expect.objectContaining({ input, fate: 'unknown' }));
        }
      }
    });
    await fc.assert(property, { numRuns: runs });

    // All that can happen has happened, or the property says little.
    expect([...seen].sort()).toEqual(['answer', 'key reused', 'outcome unknown', 'own failure']);
  });
});
