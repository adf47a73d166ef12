import {
  type DirectiveNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  SingleFieldSubscriptionsRule,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

/**
 * Requires that a subscription has one root field regardless of its variables: rejects `@skip` and `@include` on it and
 * on a fragment around it (GraphQL, September 2025, 5.2.4.1 "Single Root Field"). Replaces the rule of graphql-js 16,
 * which evaluates these directives without variables, so that some of them fail in validation and others in execution.
 */
export const singleRootField: ValidationRule = (context) => {
  const visitor = SingleFieldSubscriptionsRule(context);
  const standard = 'OperationDefinition' in visitor ? visitor.OperationDefinition : undefined;
  return {
    OperationDefinition(...args) {
      const [operation] = args;
      const nodes = operation.operation === OperationTypeNode.SUBSCRIPTION ? rootConditions(context, operation) : [];
      if (nodes.length === 0) return typeof standard === 'function' ? standard(...args) : undefined;
      const subject = operation.name ? `Subscription "${operation.name.value}"` : 'Anonymous Subscription';
      const message = `${subject} must not use \`@skip\` or \`@include\` directives in the top level selection. Omit the whole subscription instead.`;
      context.reportError(new GraphQLError(message, { nodes }));
    },
  };
};

/** The `@skip` and `@include` directives at the root of an operation. */
function rootConditions(context: ValidationContext, operation: OperationDefinitionNode): DirectiveNode[] {
  const conditions: DirectiveNode[] = [];
  const fragments = new Set<string>();
  const selectionSets = [operation.selectionSet];
  for (const { selections } of selectionSets) {
    for (const selection of selections) {
      for (const directive of selection.directives ?? [])
        if (['skip', 'include'].includes(directive.name.value)) conditions.push(directive);
      if (selection.kind === Kind.INLINE_FRAGMENT) selectionSets.push(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD || fragments.has(selection.name.value)) continue;
      fragments.add(selection.name.value);
      const fragment = context.getFragment(selection.name.value);
      if (fragment) selectionSets.push(fragment.selectionSet);
    }
  }
  return conditions;
}
