import type { OperationId } from '../src/contract/contract.ts';
import { isPageCursor } from '../src/contract/rules.ts';
import { publicError } from '../src/errors.ts';

/** Places in lists, and how clients are told of them: the one place that knows what is in a cursor. */

/** The operation that lists, and the id of what owns the list. A cursor holds both, so that a foreign one is recognised. */
export interface ListKey {
  operation: OperationId;
  owner?: string;
}

/** A place in a list: so many rows behind an item or a cursor of the upstream. Rows without a usable id are counted from the last one that has one. */
export interface CursorPosition {
  lastDocId: string | undefined;
  skip: number;
}

export const START: CursorPosition = { lastDocId: undefined, skip: 0 };

const nameOf = ({ operation, owner = '' }: ListKey): string => `${operation}:${owner}`;

/** What tells a client of a place. */
export const writeCursor = (list: ListKey, { lastDocId = '', skip }: CursorPosition): string =>
  // An id is the same when it is encoded; a cursor of the upstream may contain colons and any other character.
  Buffer.from(`${nameOf(list)}:${encodeURIComponent(lastDocId)}:${skip}`).toString('base64url');

/** @throws GraphQLError BAD_USER_INPUT when it is no cursor of this list. */
export function readCursor(list: ListKey, cursor: string): CursorPosition {
  const [, , encoded = '', digits = ''] = Buffer.from(cursor, 'base64url').toString().split(':');
  const lastDocId = decoded(encoded);
  const place: CursorPosition = {
    lastDocId: lastDocId || undefined,
    skip: /^\d{1,6}$/.test(digits) ? Number(digits) : 0,
  };
  const isSound = lastDocId === '' || isPageCursor(lastDocId);
  if (!isSound || writeCursor(list, place) !== cursor)
    throw invalidCursor('is not a cursor of this list. Take `pageInfo.endCursor` of its last page');
  return place;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** For a cursor that leads nowhere. @param problem What is wrong with it. */
export const invalidCursor = (problem: string) => publicError('BAD_USER_INPUT', `\`after\` ${problem}.`);
