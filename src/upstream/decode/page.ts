import { isPageCursor } from '../../contract/rules.ts';
import { UpstreamError } from '../errors.ts';
import { boolean, UnreadableValueError } from './fields.ts';

/** The continuation of a list after a page. */
export interface PageEnd {
  /** True if there is another page; undefined if the response does not show that: then only the next request does. */
  hasMore: boolean | undefined;
  /** The upstream's cursor after the page, which may be present at the end of the list, too; undefined if there is none. */
  nextPageCursor: string | undefined;
}

/** One page of a list, as the upstream returned it. */
export interface Page<Row> extends PageEnd {
  /** In the upstream's order, with an error in place of a row that cannot be read. */
  rows: readonly (Row | UpstreamError)[];
}

/** The undecoded paging fields of a page. */
interface RawPageEnd {
  hasMore: unknown;
  nextPageCursor: unknown;
}

/**
 * Determines if there is another page: by `hasMore` if present, else by the presence of a cursor. A malformed value counts
 * as missing.
 */
export function readPageEnd(raw: RawPageEnd): PageEnd {
  const cursor = cursorIn(raw.nextPageCursor);
  const hasMore = flagIn(raw.hasMore) ?? (cursor === undefined ? undefined : cursor !== null);
  return { hasMore, nextPageCursor: cursor ?? undefined };
}

/**
 * Omits the rows up to the item after which a page was requested. An upstream that does not page returns the whole list for
 * every `lastDocId`, and nothing about its end; an item must not be listed twice, and the list must end.
 */
export function pageAfter<Row extends { readonly id: string }>(
  lastDocId: string | undefined,
  page: Page<Row>,
): Page<Row> {
  const { rows, hasMore, nextPageCursor } = page;
  if (lastDocId === undefined || hasMore !== undefined || nextPageCursor !== undefined) return page;
  const last = rows.findIndex((row) => !(row instanceof UpstreamError) && row.id === lastDocId);
  if (last === -1) return page;
  const rest = rows.slice(last + 1);
  return { rows: rest, hasMore: rest.length === 0 ? false : undefined, nextPageCursor };
}

/** The `lastDocId` of the next page; undefined if there is no next page, or the page has neither cursor nor rows. */
export function nextLastDocId({ rows, hasMore, nextPageCursor }: Page<{ id: string }>): string | undefined {
  if (hasMore === false) return undefined;
  if (nextPageCursor !== undefined) return nextPageCursor;
  const last = rows.findLast((row) => !(row instanceof UpstreamError));
  return last instanceof UpstreamError ? undefined : last?.id;
}

/** A cursor; null if the response indicates the end of the list; undefined if the value is missing or malformed. */
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
