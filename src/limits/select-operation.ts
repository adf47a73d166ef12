import { type DocumentNode, type GraphQLError, getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';
import { publicError } from '../errors.ts';
import { shorten } from '../util/shorten.ts';

/** The operation of a document to execute, or the error why there is none (GraphQL, 6.1 "GetOperation"). */
export function selectOperation(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode | GraphQLError {
  const operation = getOperationAST(document, name);
  if (operation) return operation;
  const names = document.definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? [each.name ? `"${each.name.value}"` : 'one without a name'] : [],
  );
  if (names.length === 0)
    return publicError('BAD_USER_INPUT', 'The document must contain an operation, but contains none.');
  const received = name == null ? 'but it is missing' : `but it is ${describe(name)}`;
  return publicError(
    'BAD_USER_INPUT',
    `\`operationName\` must name an operation of the document, ${received}. The document contains ${names.join(', ')}.`,
  );
}

/** A name in a request may be any JSON. */
const describe = (name: unknown): string => (typeof name === 'string' ? `"${shorten(name)}"` : 'not a string');
