import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

export interface CollectOptions {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** As they are after coercion. */
  variables: Readonly<Record<string, unknown>>;
}

/**
 * The fields that are selected of an object of this type, those of fragments too (GraphQL, 6.3.2 "CollectFields").
 *
 * @param selectionSets What is selected of it; more than one where fields of one name are merged.
 */
export function collect(
  { schema, fragments, variables }: CollectOptions,
  type: GraphQLObjectType,
  selectionSets: Iterable<SelectionSetNode>,
): FieldNode[] {
  const fields: FieldNode[] = [];
  const visited = new Set<string>();

  const applies = (condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const wanted = schema.getType(condition);
    return isAbstractType(wanted) && schema.isSubType(wanted, type);
  };
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD && visited.has(node.name.value)) continue;
      if (!isIncluded(node, variables)) continue;
      if (node.kind === Kind.FIELD) fields.push(node);
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (applies(node.typeCondition?.name.value)) visit(node.selectionSet);
      } else {
        visited.add(node.name.value);
        const fragment = fragments.get(node.name.value);
        if (fragment && applies(fragment.typeCondition.name.value)) visit(fragment.selectionSet);
      }
    }
  };
  for (const selectionSet of selectionSets) visit(selectionSet);
  return fields;
}

/** Whether neither `@skip` nor `@include` takes a selection out (GraphQL, 3.13.1 and 3.13.2). */
function isIncluded(
  node: { readonly directives?: readonly DirectiveNode[] | undefined },
  variables: CollectOptions['variables'],
): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  const { directives } = node;
  return (
    getDirectiveValues(GraphQLSkipDirective, { directives }, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, { directives }, variables)?.if !== false
  );
}
