import { type DocumentNode, GraphQLError, type ParseOptions, parse, type Source, TokenKind } from 'graphql';
import { extensionsOf, publicError } from '../errors.ts';
import { shorten } from '../util/shorten.ts';
import { type OperationLimits, SETTINGS } from './limits.ts';
import { catchStackOverflow, TOO_DEEP } from './stack.ts';

/** A document that is refused for its size alone. */
export class DocumentTooLargeError extends Error {
  readonly graphqlError: GraphQLError;

  constructor(message: string) {
    super(message);
    this.graphqlError = publicError('GRAPHQL_PARSE_FAILED', message, { http: { status: 400 } });
  }
}

/**
 * Parses a document within the limits on its tokens, lines and names.
 *
 * @throws TooLargeError when it exceeds one of them; GraphQLError GRAPHQL_PARSE_FAILED when it is not GraphQL.
 */
export function parseDocument(
  source: string | Source,
  options: ParseOptions | undefined,
  limits: Pick<OperationLimits, 'tokens' | 'nameLength'>,
): DocumentNode {
  requireLines(typeof source === 'string' ? source : source.body, limits.tokens);
  try {
    const document = catchStackOverflow(
      () => parse(source, { ...options, maxTokens: limits.tokens }),
      () => {
        throw new DocumentTooLargeError(TOO_DEEP);
      },
    );
    requireNames(document, limits.nameLength);
    return document;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (!/more tha[nt] \d+ tokens/.test(error.message)) {
      // Yoga says so only to who asks first, and over HTTP.
      const extensions = { ...extensionsOf('GRAPHQL_PARSE_FAILED'), http: { spec: true, status: 400 } };
      throw Object.assign(error, { message: shorten(error.message), extensions });
    }
    const message = `A document may have ${limits.tokens} tokens (${SETTINGS.tokens}), but this one has more. Put values into variables, or send it as several documents.`;
    throw new DocumentTooLargeError(message);
  }
}

/**
 * Line breaks are no tokens, but graphql-js counts them anew for each error, to find its line. So there may be a line for
 * each token, and no more.
 */
function requireLines(text: string, most: number): void {
  let lines = 1;
  for (const _ of text.matchAll(/\r\n|[\n\r]/g)) {
    lines++;
    if (lines <= most) continue;
    throw new DocumentTooLargeError(
      `A document may have as many lines as tokens, which is ${most} (${SETTINGS.tokens}), but this one has more. Leave out blank lines and comments, or send it as several documents.`,
    );
  }
}

/** Names stand in messages and responses, once for each mistake or item of a list. */
function requireNames({ loc }: DocumentNode, longest: number): void {
  for (let token = loc?.startToken; token; token = token.next ?? undefined) {
    if (token.kind !== TokenKind.NAME || token.value.length <= longest) continue;
    const name = shorten(token.value, 50);
    throw new DocumentTooLargeError(
      `A name in a document may have ${longest} characters (${SETTINGS.nameLength}), but "${name}" in line ${token.line} has ${token.value.length}.`,
    );
  }
}
