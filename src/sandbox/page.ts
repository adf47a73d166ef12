import { ApiError } from './api-error.ts';
import type { Database } from './database.ts';

/** A list of documents of one owner or one model. */
export interface Collection {
  /** What a document is called in messages. */
  kind: string;
  table: 'models' | 'dataItems' | 'trainings' | 'predictions';
  /** The columns to read. */
  columns: string;
  /** The column that holds whose documents they are. */
  scope: 'owner' | 'model';
  /** Whether deleted documents keep their row. */
  softDelete: boolean;
}

/** One page, newest first. */
export interface Page<Row> {
  rows: Row[];
  /** The last row's id, null when no further page follows. */
  nextPageCursor: string | null;
  hasMore: boolean;
}

/**
 * Reads the page after a document, newest first by order of creation.
 *
 * A deleted document is still a place to continue from as long as its row exists.
 *
 * @param scope Id of the owner or model whose documents are listed.
 * @param lastDocId Any document's id; undefined or empty for the first page.
 * @param size The page's size in documents.
 * @throws ApiError 400 when no such document was ever in this list.
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
