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
  /** Coerced values. */
  variables: Readonly<Record<string, unknown>>;
}

/**
 * Collects the fields selected on an object of a type, including those in fragments (GraphQL, 6.3.2 "CollectFields").
 *
 * @param selectionSets Several if fields with the same response key are merged.
 */
export function collectFields(
  { schema, fragments, variables }: CollectOptions,
  type: GraphQLObjectType,
  selectionSets: Iterable<SelectionSetNode>,
): FieldNode[] {
  const fields: FieldNode[] = [];
  const visited = new Set<string>();

  const applies = (condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = schema.getType(condition);
    return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
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

/** True if neither `@skip` nor `@include` excludes a selection (GraphQL, 3.13.1 and 3.13.2). */
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
