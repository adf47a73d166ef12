import { type DocumentNode, GraphQLError, Kind } from 'graphql';

/** The parser and validator with all limits. */
export interface ManifestValidator {
  /** @throws GraphQLError for invalid syntax. */
  parse: (text: string) => DocumentNode;
  validate: (document: DocumentNode) => readonly GraphQLError[];
}

/** Error messages for a document of a manifest that cannot be executed with any variables. */
export function documentErrors(text: string, { parse, validate }: ManifestValidator): string[] {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return [toMessage(error)];
    throw error;
  }
  if (!document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)) {
    return ['It must contain an operation, but contains none.'];
  }
  return validate(document).map(toMessage);
}

const toMessage = ({ message, locations }: GraphQLError): string => {
  const [location] = locations ?? [];
  return location ? `${message} (line ${location.line}, column ${location.column})` : message;
};
