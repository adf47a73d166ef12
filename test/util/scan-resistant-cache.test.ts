import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScanResistantCache } from '../../src/util/scan-resistant-cache.ts';

/** A cache that adds a value for each name that has none when it is used, and the names of evicted values. */
function startCache({ max = 3, maxNew = 2 } = {}) {
  const evicted: string[] = [];
  const cache = new ScanResistantCache<{ name: string }>({ max, maxNew, onEvicted: ({ name }) => evicted.push(name) });
  const use = (...names: string[]) => {
    for (const name of names) if (!cache.get(name)) cache.add(name, { name });
  };
  const names = () => [...cache.values()].map(({ name }) => name).toSorted();
  return { cache, use, names, evicted };
}

describe('a name that occurs for the first time', () => {
  test('is kept among the few new ones, of which the least recently used one is evicted', () => {
    const { use, names, evicted } = startCache();
    use('a', 'b', 'a', 'c');

    expect(names()).toEqual(['a', 'c']);
    expect(evicted).toEqual(['b']);
  });

  test('evicts none of the names that have returned, however many follow', () => {
    const { use, names } = startCache();
    use('a', 'b', 'c', 'd', 'a', 'b');
    for (let index = 0; index < 1_000; index++) use(`once ${index}`);

    expect(names()).toEqual(['a', 'b', 'once 998', 'once 999']);
  });
});

describe('a name that returns after its eviction', () => {
  test('is kept among the others that have returned, of which the least recently used one is evicted', () => {
    const { use, names, evicted } = startCache({ maxNew: 1 });
    use('a', 'b', 'c', 'd', 'e');
    evicted.length = 0;
    use('a', 'b', 'c', 'a', 'd');

    expect(names()).toEqual(['a', 'c', 'd', 'e']);
    expect(evicted).toEqual(['b']);
  });

  test('is known among thousands of others', () => {
    const { use, names } = startCache({ max: 5_000, maxNew: 1 });
    const all = Array.from({ length: 5_000 }, (_, index) => `name ${index}`);
    use(...all, ...all);

    // Some names share a slot with another one, and count as new again.
    expect(names().length).toBeGreaterThan(3_500);
  });
});

describe('a name that is kept on demand', () => {
  test('survives new names, with the same value', () => {
    const { cache, use, evicted } = startCache();
    use('a');
    const value = cache.get('a');
    cache.keep('a');
    cache.keep('a');
    use('b', 'c', 'd');

    expect(cache.get('a')).toBe(value);
    expect(evicted).toEqual(['b']);
  });

  test('is ignored if it has no value', () => {
    const { cache, names } = startCache();
    cache.keep('a');

    expect(names()).toEqual([]);
  });
});

test('a value is either kept or was evicted, and both numbers are limited', () => {
  const name = fc.nat(12).map(String);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.boolean())), fc.nat(4), fc.nat(4), (uses, more, moreNew) => {
      const [max, maxNew] = [more + 1, moreNew + 1];
      const { cache, use, names, evicted } = startCache({ max, maxNew });
      let added = 0;
      for (const [each, isKept] of uses) {
        if (!cache.get(each)) added++;
        use(each);
        if (isKept) cache.keep(each);
        expect(cache.get(each)?.name).toBe(each);
      }

      expect(names().length + evicted.length).toBe(added);
      expect(names().length).toBeLessThanOrEqual(max + maxNew);
    }),
  );
});
