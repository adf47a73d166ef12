import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large an operation is, with all that its fragments hold: each spread counts anew. */
export interface Measure {
  /** The longest chain of fields within fields. That of introspection counts in {@link introspectionDepth}. */
  depth: number;
  /** As {@link depth}, below `__schema` and `__type`. */
  introspectionDepth: number;
  aliases: number;
  directives: number;
  /** Fields of the operation itself. */
  rootFields: number;
}

/** Counting stops here: spreads of spreads double a count with each line of a document. */
const MOST_COUNTED = 1_000_000;

const NOTHING: Measure = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, rootFields: 0 };

/**
 * Measures operations of a document, which need not be valid. Each fragment is measured once, so the work grows with the
 * document and not with what it spreads to.
 */
export function createMeasure({ definitions }: DocumentNode): (operation: OperationDefinitionNode) => Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const measured = new Map<string, Measure>();

  const ofFragment = (name: string): Measure => {
    const known = measured.get(name);
    if (known) return known;
    // What spreads itself is refused by validation (GraphQL, 5.5.2.2 "Fragment Spreads Must Not Form Cycles").
    measured.set(name, NOTHING);
    const fragment = fragments.get(name);
    const measure = fragment ? plus(ofSelections(fragment.selectionSet), directivesOf(fragment)) : NOTHING;
    measured.set(name, measure);
    return measure;
  };

  const ofSelection = (node: SelectionNode): Measure => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return plus(ofFragment(node.name.value), directivesOf(node));
    if (node.kind === Kind.INLINE_FRAGMENT) return plus(ofSelections(node.selectionSet), directivesOf(node));
    const below = node.selectionSet ? ofSelections(node.selectionSet) : NOTHING;
    const isIntrospection = node.name.value === '__schema' || node.name.value === '__type';
    const own: Measure = {
      ...NOTHING,
      depth: isIntrospection ? 1 : below.depth + 1,
      introspectionDepth: isIntrospection ? below.depth + 1 : below.introspectionDepth,
      aliases: below.aliases + (node.alias ? 1 : 0),
      directives: below.directives,
      rootFields: 1,
    };
    return plus(own, directivesOf(node));
  };

  const ofSelections = ({ selections }: SelectionSetNode): Measure =>
    selections.reduce((sum, node) => plus(sum, ofSelection(node)), NOTHING);

  return (operation) =>
    [operation, ...(operation.variableDefinitions ?? [])].reduce(
      (sum, node) => plus(sum, directivesOf(node)),
      ofSelections(operation.selectionSet),
    );
}

const directivesOf = ({ directives = [] }: { directives?: readonly DirectiveNode[] | undefined }): Measure => ({
  ...NOTHING,
  directives: directives.length,
});

/** Of two neighbours: depth is that of the deeper one, all else adds up. */
const plus = (a: Measure, b: Measure): Measure => ({
  depth: Math.max(a.depth, b.depth),
  introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  aliases: Math.min(a.aliases + b.aliases, MOST_COUNTED),
  directives: Math.min(a.directives + b.directives, MOST_COUNTED),
  rootFields: Math.min(a.rootFields + b.rootFields, MOST_COUNTED),
});
