import { isPageCursor } from '../../contract/rules.ts';
import { UpstreamError } from '../errors.ts';
import { boolean, UnreadableValueError } from './fields.ts';

/** Where a list goes on behind a page. */
export interface PageEnd {
  /** Whether a further page follows; undefined when the upstream does not say, so that only a look at it can tell. */
  hasMore: boolean | undefined;
  /** The upstream's own cursor behind the page, which it may name at the end of the list too; undefined without one. */
  nextPageCursor: string | undefined;
}

/** One page of a list as the upstream cut it. */
export interface Page<Row> extends PageEnd {
  /** In the upstream's order; an error stands for a row that cannot be read. */
  rows: readonly (Row | UpstreamError)[];
}

/** What a page says of the next one, as it came. */
interface RawPageEnd {
  hasMore: unknown;
  nextPageCursor: unknown;
}

/**
 * Decides whether a further page follows. `hasMore` counts where it is there, else whether there is a cursor. A malformed
 * one counts as missing.
 */
export function readPageEnd(raw: RawPageEnd): PageEnd {
  const cursor = cursorIn(raw.nextPageCursor);
  const hasMore = flagIn(raw.hasMore) ?? (cursor === undefined ? undefined : cursor !== null);
  return { hasMore, nextPageCursor: cursor ?? undefined };
}

/** What to send as `lastDocId` for the next page; undefined when there is none, or no way to name it. */
export function nextLastDocId({ rows, hasMore, nextPageCursor }: Page<{ id: string }>): string | undefined {
  if (hasMore === false) return undefined;
  if (nextPageCursor !== undefined) return nextPageCursor;
  const last = rows.findLast((row) => !(row instanceof UpstreamError));
  return last instanceof UpstreamError ? undefined : last?.id;
}

/** Null when the upstream says that there is none; undefined when it says nothing that can be read. */
function cursorIn(value: unknown): string | null | undefined {
  if (value === null || value === '') return null;
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return isPageCursor(text) ? text : undefined;
}

function flagIn(value: unknown): boolean | undefined {
  if (value === undefined) return undefined;
  try {
    return boolean(value);
  } catch (error) {
    if (error instanceof UnreadableValueError) return undefined;
    throw error;
  }
}
