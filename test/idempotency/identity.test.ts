import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, hashRequest } from '../../src/idempotency/identity.ts';
import { request } from './writes.ts';

const text = fc.string({ unit: 'binary', maxLength: 4 });
const parts = fc.record({ tenant: text, operation: text, key: text });

/** The same value with the members of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

describe('the id of a record', () => {
  test('ids differ for different tenants, operations and keys, whatever characters they contain', () => {
    const same = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b);
    const property = fc.property(parts, parts, (a, b) => {
      expect(hashRequest({ ...a, input: 1 }).id === hashRequest({ ...b, input: 1 }).id).toBe(same(a, b));
    });

    fc.assert(property, { numRuns: 1000 });
  });

  test.each([
    [
      { tenant: 'ab', operation: 'c' },
      { tenant: 'a', operation: 'bc' },
    ],
    [
      { operation: 'a","b', key: 'c' },
      { operation: 'a', key: 'b","c' },
    ],
    [{ key: '\ud800' }, { key: '\udfff' }],
  ])('ids differ for %j and %j', (a, b) => {
    expect(hashRequest(request(a)).id).not.toBe(hashRequest(request(b)).id);
  });
});

describe('canonical JSON', () => {
  test('canonical JSON does not depend on the order of members, and preserves everything else', () => {
    const property = fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    });

    fc.assert(property, { numRuns: 1000 });
  });

  test.each([
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: null }, {}],
    [{ a: 1 }, { a: '1' }],
    [null, undefined],
    [{ a: { b: 1 } }, { a: {}, b: 1 }],
  ])('canonical JSON differs for %j and %j', (a, b) => {
    expect(canonicalJson(a)).not.toBe(canonicalJson(b));
  });

  test('canonical JSON omits members that are undefined', () => {
    expect(canonicalJson({ a: undefined })).toBe(canonicalJson({}));
  });
});
