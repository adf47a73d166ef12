import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globalId, type NodeKey, readGlobalId } from '../../schema/ids.ts';

const id = fc.constantFrom('a', 'b', 'a.b', '~', 'constructor', '__proto__');
const key: fc.Arbitrary<NodeKey> = fc.oneof(
  fc.record({ kind: fc.constantFrom('Model' as const, 'Prediction' as const), id }),
  fc.record({ kind: fc.constantFrom('Training' as const, 'DataItem' as const), modelId: id, id }),
);

test('equal upstream ids of other kinds and models have other global ids', () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 50 }), (keys) => {
      expect(keys.map((each) => readGlobalId(globalId(each)))).toEqual(keys);
    }),
  );
});

test('the global ids of more nodes than are remembered are right, too', () => {
  const keys = Array.from({ length: 12_000 }, (_, index) => ({ kind: 'Model' as const, id: `m${index}` }));

  for (const each of [...keys, ...keys.slice(0, 10)]) expect(readGlobalId(globalId(each))).toEqual(each);
});
