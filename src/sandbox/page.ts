import { ApiError } from './api-error.ts';
import type { Database } from './database.ts';

/** A list of documents of one owner or one model. */
export interface Collection {
  /** Name of a document in error messages. */
  kind: string;
  table: 'models' | 'dataItems' | 'trainings' | 'predictions';
  /** Selected columns. */
  columns: string;
  /** Column with the owner or model of a document. */
  scope: 'owner' | 'model';
  /** True if deleted documents keep their row. */
  softDelete: boolean;
}

/** A page of documents, newest first. */
export interface Page<Row> {
  rows: Row[];
  /** Id of the last row; null on the last page. */
  nextPageCursor: string | null;
  hasMore: boolean;
}

/**
 * Reads the page after a document, newest first.
 *
 * A deleted document is still a valid cursor while its row exists.
 *
 * @param scope Id of the owner or model of the documents.
 * @param lastDocId Id of the preceding document; undefined or empty for the first page.
 * @param size Number of documents on the page.
 * @throws ApiError 400 if the document was never in this list.
 */
export function readPage<Row extends { id: string }>(
  database: Database,
  { kind, table, columns, scope: column, softDelete }: Collection,
  scope: string,
  lastDocId: string | undefined,
  size: number,
): Page<Row> {
  let before = Number.MAX_SAFE_INTEGER;
  if (lastDocId) {
    const sql = `SELECT sequence FROM ${table} WHERE id = ? AND ${column} = ?`;
    const last = database.get<{ sequence: number }>(sql, lastDocId, scope);
    if (!last)
      throw new ApiError(400, `\`lastDocId\` must be the id of a ${kind} of this list, but is "${lastDocId}".`);
    before = last.sequence;
  }
  const found = database.all<Row>(
    `SELECT ${columns} FROM ${table} WHERE ${column} = ? AND sequence < ? ${softDelete ? 'AND deletedAt IS NULL' : ''}
     ORDER BY sequence DESC LIMIT ?`,
    scope,
    before,
    size + 1,
  );
  const rows = found.slice(0, size);
  const hasMore = found.length > size;
  return { rows, nextPageCursor: hasMore ? (rows.at(-1)?.id ?? null) : null, hasMore };
}
