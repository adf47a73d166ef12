import { GraphQLError, type ValidationRule } from 'graphql';

/** Rejects schema introspection. `__typename` is allowed (GraphQL, 4.1 "Type Name Introspection"). */
export const noIntrospection: ValidationRule = function NoIntrospection(context) {
  return {
    Field(node) {
      const name = node.name.value;
      if (name !== '__schema' && name !== '__type') return;
      const message = `Introspection is disabled, so \`${name}\` cannot be selected. Read schema/schema.graphql in the gateway's repository, or start the gateway with INTROSPECTION=true.`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
};
