import { type DocumentNode, GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';
import { extensionsOf, publicError } from '../errors.ts';
import { shorten } from '../util/shorten.ts';
import { type OperationLimits, SETTINGS } from './limits.ts';
import { catchStackOverflow, TOO_DEEP } from './stack.ts';

/** The error for a document that exceeds a limit on its size. Its status is 400 for every media type. */
const tooLarge = (message: string): GraphQLError =>
  publicError('GRAPHQL_PARSE_FAILED', message, { http: { status: 400 } });

/**
 * Parses a document within the limits on its tokens, lines and names.
 *
 * @throws GraphQLError GRAPHQL_PARSE_FAILED if it exceeds one of them, or its syntax is invalid.
 */
export function parseDocument(text: string, limits: Pick<OperationLimits, 'tokens' | 'nameLength'>): DocumentNode {
  requireLines(text, limits.tokens);
  try {
    const document = catchStackOverflow(
      () => parse(text, { maxTokens: limits.tokens }),
      () => {
        throw tooLarge(TOO_DEEP);
      },
    );
    requireNames(document, limits.nameLength);
    return document;
  } catch (error) {
    if (!(error instanceof GraphQLError) || error.extensions.code !== undefined) throw error;
    if (!hasMoreTokens(text, limits.tokens, error)) {
      // Yoga sets these extensions only over HTTP, and only for the first request with this document.
      const extensions = { ...extensionsOf('GRAPHQL_PARSE_FAILED'), http: { spec: true, status: 400 } };
      throw Object.assign(error, { message: shorten(error.message), extensions });
    }
    const message = `A document may have ${limits.tokens} tokens (${SETTINGS.tokens}), but this one has more. Move values into variables, or split it into several documents.`;
    throw tooLarge(message);
  }
}

/** True if a text has more tokens than the limit, up to the position of the error with which parsing stopped. */
function hasMoreTokens(text: string, max: number, { positions: [end = 0] = [] }: GraphQLError): boolean {
  const lexer = new Lexer(new Source(text));
  try {
    for (let count = 0; count <= max; count++) {
      const { kind, start } = lexer.advance();
      if (kind === TokenKind.EOF || start > end) return false;
    }
    return true;
  } catch {
    // The error is about characters that are no token.
    return false;
  }
}

/**
 * Limits lines to the number of tokens. Line breaks are not tokens, but graphql-js counts them again for each error, to
 * compute its line.
 */
function requireLines(text: string, max: number): void {
  let lines = 1;
  for (const _ of text.matchAll(/\r\n|[\n\r]/g)) {
    lines++;
    if (lines <= max) continue;
    throw tooLarge(
      `A document may have as many lines as tokens, ${max} (${SETTINGS.tokens}), but this one has more. Remove blank lines and comments, or split it into several documents.`,
    );
  }
}

/** Limits the length of names, which are repeated in messages and responses: for each error, or for each list item. */
function requireNames({ loc }: DocumentNode, maxLength: number): void {
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    if (token.kind !== TokenKind.NAME || token.value.length <= maxLength) continue;
    const name = shorten(token.value, 50);
    throw tooLarge(
      `A name in a document may have ${maxLength} characters (${SETTINGS.nameLength}), but "${name}" on line ${token.line} has ${token.value.length}.`,
    );
  }
}
