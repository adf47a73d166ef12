import { GraphQLError, type ValidationRule } from 'graphql';

/** Refuses to tell the schema. `__typename` is none of it (GraphQL, 4.1 "Type Name Introspection"). */
export const noIntrospection: ValidationRule = function NoIntrospection(context) {
  return {
    Field(node) {
      const name = node.name.value;
      if (name !== '__schema' && name !== '__type') return;
      const message = `This gateway does not tell its schema, so \`${name}\` cannot be asked for. Read schema/schema.graphql of its sources, or start it with INTROSPECTION=true.`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
};
