import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * Counts the comparisons that validation makes to check whether overlapping fields can be merged (GraphQL, 5.3.2 "Field
 * Selection Merging"): one for each pair of fields with the same response name at one response position, and for each
 * pair of fragments spread there. Their number grows with the square of the document's size, and validation runs before
 * authentication.
 *
 * @param max Counting stops above this number.
 */
export function countComparisons({ definitions }: DocumentNode, max: number): number {
  const fragments = new Map<string, SelectionSetNode>();
  const operations: SelectionSetNode[] = [];
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition.selectionSet);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition.selectionSet);
  }
  /** Names of fragments that were counted at a spread. */
  const spread = new Set<string>();
  /** Selection sets that were counted on their own. A merged position is counted each time it is merged. */
  const countedAlone = new Set<SelectionSetNode>();
  let count = 0;

  /** @param selectionSets The selection sets that apply to one response position. */
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
      if (count > max) return;
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length > 0) countIn(below);
    }
  };

  for (const selectionSet of operations) if (count <= max) countIn([selectionSet]);
  // Validation compares the fields of unused fragments, too.
  for (const [name, selectionSet] of fragments) if (count <= max && !spread.has(name)) countIn([selectionSet]);
  return count;
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

/** The fields of one response position by their response names, and the fragments spread there. */
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
