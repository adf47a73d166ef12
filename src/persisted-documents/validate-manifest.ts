import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind } from 'graphql';

/** How the graph reads documents, with all its limits. */
export interface ManifestValidator {
  schema: GraphQLSchema;
  parse: (text: string) => DocumentNode;
  validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
}

/** Why the graph would not execute a document, whatever its variables: a sentence for each reason. */
export function mistakesIn(text: string, { schema, parse, validate }: ManifestValidator): string[] {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return [sentence(error)];
    throw error;
  }
  if (!document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)) {
    return ['It must hold an operation, but has none.'];
  }
  return validate(schema, document).map(sentence);
}

const sentence = ({ message, locations }: GraphQLError): string => {
  const [at] = locations ?? [];
  return at ? `${message} (line ${at.line}, column ${at.column})` : message;
};
