import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * Counts the comparisons that validation needs to find out whether overlapping fields can be merged (GraphQL, 5.3.2 "Field
 * Selection Merging"): one for each pair of fields with one response name in one place, and for each pair of fragments that
 * are spread there. Their number grows with the square of the document, and all of them come before authentication.
 *
 * @param most Counting stops beyond this number.
 */
export function countComparisons({ definitions }: DocumentNode, most: number): number {
  const fragments = new Map<string, SelectionSetNode>();
  const operations: SelectionSetNode[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition.selectionSet);
  }
  /** Names of fragments that were counted where they are spread. */
  const spread = new Set<string>();
  /** Selection sets that were counted alone. A merged place is always counted, at the cost of the comparisons that merge it. */
  const countedAlone = new Set<SelectionSetNode>();
  let count = 0;

  /** @param selectionSets What is selected in one place of the response. */
  const countIn = (selectionSets: readonly SelectionSetNode[]): void => {
    const [only] = selectionSets;
    if (only && selectionSets.length === 1) {
      if (countedAlone.has(only)) return;
      countedAlone.add(only);
    }
    const { fields, spreads } = collectFields(selectionSets, fragments);
    count += pairsOf(spreads.size);
    for (const name of spreads) spread.add(name);
    for (const nodes of fields.values()) {
      count += pairsOf(nodes.length);
      if (count > most) return;
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length > 0) countIn(below);
    }
  };

  for (const selectionSet of operations) if (count <= most) countIn([selectionSet]);
  // Validation does not know yet that nothing spreads these.
  for (const [name, selectionSet] of fragments) if (count <= most && !spread.has(name)) countIn([selectionSet]);
  return count;
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

/** The fields of one place by their response names, and the fragments that are spread there. */
function collectFields(
  selectionSets: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, SelectionSetNode>,
): { fields: Map<string, FieldNode[]>; spreads: ReadonlySet<string> } {
  const fields = new Map<string, FieldNode[]>();
  const spreads = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        const name = (node.alias ?? node.name).value;
        const nodes = fields.get(name);
        if (nodes) nodes.push(node);
        else fields.set(name, [node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet);
      else if (!spreads.has(node.name.value)) {
        spreads.add(node.name.value);
        const fragment = fragments.get(node.name.value);
        if (fragment) visit(fragment);
      }
    }
  };
  selectionSets.forEach(visit);
  return { fields, spreads };
}
