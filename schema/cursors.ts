import type { OperationId } from '../src/contract/contract.ts';
import { isPageCursor } from '../src/contract/rules.ts';
import { publicError } from '../src/errors.ts';

/** Encoding of pagination cursors. */

/**
 * The list operation, and the id of the model that owns the list. A cursor contains both, so that a cursor of another
 * list is rejected.
 */
export interface ListKey {
  operation: OperationId;
  owner?: string;
}

/**
 * A position in a list: a number of rows after an item or a cursor of the upstream. Rows without a usable id are
 * counted from the last row with an id.
 */
export interface CursorPosition {
  lastDocId: string | undefined;
  skip: number;
}

export const START: CursorPosition = { lastDocId: undefined, skip: 0 };

const textOf = ({ operation, owner = '' }: ListKey): string => `${operation}:${owner}`;

/** Encodes a position as an opaque cursor. */
export const writeCursor = (list: ListKey, { lastDocId = '', skip }: CursorPosition): string =>
  // Encoding leaves an id unchanged; a cursor of the upstream may contain colons and any other character.
  Buffer.from(`${textOf(list)}:${encodeURIComponent(lastDocId)}:${skip}`).toString('base64url');

/** Decodes a cursor. @throws GraphQLError BAD_USER_INPUT if it is not a cursor of this list. */
export function readCursor(list: ListKey, cursor: string): CursorPosition {
  const [, , encoded = '', digits = ''] = Buffer.from(cursor, 'base64url').toString().split(':');
  const lastDocId = decodeComponent(encoded);
  const position: CursorPosition = {
    lastDocId: lastDocId || undefined,
    skip: /^\d{1,6}$/.test(digits) ? Number(digits) : 0,
  };
  const isValid = lastDocId === '' || isPageCursor(lastDocId);
  if (!isValid || writeCursor(list, position) !== cursor)
    throw invalidCursor('is not a cursor of this list. Use `pageInfo.endCursor` of the previous page');
  return position;
}

function decodeComponent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The error for an invalid cursor. @param problem Completes a sentence that begins with `after`. */
export const invalidCursor = (problem: string) => publicError('BAD_USER_INPUT', `\`after\` ${problem}.`);
