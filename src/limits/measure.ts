import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Size of an operation, including its fragments: a fragment counts once for each spread. */
export interface Measure {
  /** Maximum nesting depth of fields. Introspection fields count in {@link introspectionDepth}. */
  depth: number;
  /** Like {@link depth}, below `__schema` and `__type`. */
  introspectionDepth: number;
  aliases: number;
  directives: number;
  /** Root fields of the operation. */
  rootFields: number;
}

/** Counts are capped here: nested spreads can double a count with each line of a document. */
const MAX_COUNT = 1_000_000;

const EMPTY: Measure = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, rootFields: 0 };

/**
 * Creates a function that measures the operations of a document, which need not be valid. Each fragment is measured
 * once, so the work is linear in the document's size, not in its expanded size.
 */
export function createMeasure({ definitions }: DocumentNode): (operation: OperationDefinitionNode) => Measure {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const measured = new Map<string, Measure>();

  const ofFragment = (name: string): Measure => {
    const cached = measured.get(name);
    if (cached) return cached;
    // Ends cycles, which validation rejects (GraphQL, 5.5.2.2 "Fragment Spreads Must Not Form Cycles").
    measured.set(name, EMPTY);
    const fragment = fragments.get(name);
    const measure = fragment ? plus(ofSelections(fragment.selectionSet), directivesOf(fragment)) : EMPTY;
    measured.set(name, measure);
    return measure;
  };

  const ofSelection = (node: SelectionNode): Measure => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return plus(ofFragment(node.name.value), directivesOf(node));
    if (node.kind === Kind.INLINE_FRAGMENT) return plus(ofSelections(node.selectionSet), directivesOf(node));
    const below = node.selectionSet ? ofSelections(node.selectionSet) : EMPTY;
    const isIntrospection = node.name.value === '__schema' || node.name.value === '__type';
    const own: Measure = {
      ...EMPTY,
      depth: isIntrospection ? 1 : below.depth + 1,
      introspectionDepth: isIntrospection ? below.depth + 1 : below.introspectionDepth,
      aliases: below.aliases + (node.alias ? 1 : 0),
      directives: below.directives,
      rootFields: 1,
    };
    return plus(own, directivesOf(node));
  };

  const ofSelections = ({ selections }: SelectionSetNode): Measure =>
    selections.reduce((sum, node) => plus(sum, ofSelection(node)), EMPTY);

  return (operation) =>
    [operation, ...(operation.variableDefinitions ?? [])].reduce(
      (sum, node) => plus(sum, directivesOf(node)),
      ofSelections(operation.selectionSet),
    );
}

const directivesOf = ({ directives = [] }: { directives?: readonly DirectiveNode[] | undefined }): Measure => ({
  ...EMPTY,
  directives: directives.length,
});

/** Combines the sizes of two sibling selections: the greater depth, and the sums of the counts. */
const plus = (a: Measure, b: Measure): Measure => ({
  depth: Math.max(a.depth, b.depth),
  introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  aliases: Math.min(a.aliases + b.aliases, MAX_COUNT),
  directives: Math.min(a.directives + b.directives, MAX_COUNT),
  rootFields: Math.min(a.rootFields + b.rootFields, MAX_COUNT),
});
