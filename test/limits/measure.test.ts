import fc from 'fast-check';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql';
import { expect, test } from 'vitest';
import { createMeasure, type Measure } from '../../src/limits/measure.ts';

/** An operation with fragments. Each fragment spreads only later fragments. */
const documents = fc
  .array(
    fc.letrec<{ set: string; item: string }>((tie) => ({
      set: fc.array(tie('item'), { minLength: 1, maxLength: 4 }).map((items) => `{ ${items.join(' ')} }`),
      item: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('f', 'a: f', 'f @d', 'b: __typename @d @d', 'SPREAD', 'SPREAD @d'),
        tie('set').map((set) => `f ${set}`),
        tie('set').map((set) => `a: f @d ${set}`),
        tie('set').map((set) => `__schema ${set}`),
        tie('set').map((set) => `... @d ${set}`),
      ),
    })).set,
    { minLength: 1, maxLength: 5 },
  )
  .map((sets) =>
    sets
      .map((set, index) => {
        const spreads = set.replaceAll('SPREAD', index + 1 < sets.length ? `...F${index + 1}` : 'f');
        return index === 0 ? `query ($v: Int @d) @d ${spreads}` : `fragment F${index} on T @d ${spreads}`;
      })
      .join('\n'),
  );

/** The expected result of {@link createMeasure}, computed by expanding every spread. */
function measureExpanded(text: string): Measure {
  const { definitions } = parse(text);
  const [operation, ...fragments] = definitions as [OperationDefinitionNode, ...FragmentDefinitionNode[]];
  const sum: Measure = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 2, rootFields: 0 };
  const visit = ({ selections }: SelectionSetNode, depth: number, introspection: number): void => {
    for (const node of selections) {
      sum.directives += node.directives?.length ?? 0;
      if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet, depth, introspection);
      else if (node.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.find(({ name }) => name.value === node.name.value);
        sum.directives += fragment?.directives?.length ?? 0;
        if (fragment) visit(fragment.selectionSet, depth, introspection);
      } else {
        if (depth === 0 && introspection === 0) sum.rootFields++;
        if (node.alias) sum.aliases++;
        const isWithin = introspection > 0 || node.name.value === '__schema';
        const at = isWithin
          ? [Math.max(depth, introspection === 0 ? depth + 1 : depth), introspection + 1]
          : [depth + 1, 0];
        const [below = 0, inside = 0] = at;
        sum.depth = Math.max(sum.depth, below);
        sum.introspectionDepth = Math.max(sum.introspectionDepth, inside);
        if (node.selectionSet) visit(node.selectionSet, below, inside);
      }
    }
  };
  visit(operation.selectionSet, 0, 0);
  return sum;
}

test('an operation has the size that it has with all its fragments expanded', () => {
  fc.assert(
    fc.property(documents, (text) => {
      // No schema allows `__schema` below `__schema`.
      fc.pre(text.split('__schema').length <= 2);
      const document = parse(text);
      const [operation] = document.definitions;

      expect(createMeasure(document)(operation as OperationDefinitionNode)).toEqual(measureExpanded(text));
    }),
    { numRuns: 500 },
  );
});
