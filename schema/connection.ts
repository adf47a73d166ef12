import { publicError } from '../src/errors.ts';
import type { Page } from '../src/upstream/decode/objects.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import { type Connection, ConnectionPage, type PageSlice, positionAfter } from './connection-page.ts';
import { type CursorPosition, invalidCursor, type ListKey, readCursor, START, writeCursor } from './cursors.ts';

/**
 * Maps the upstream's pages (`lastDocId`, page size chosen by the upstream) to Relay connections of the requested size.
 */

/** Number of edges if `first` is omitted. */
export const DEFAULT_PAGE_SIZE = 20;
/** Maximum number of edges. */
export const MAX_PAGE_SIZE = 100;
/** Maximum number of empty pages read for one connection while the upstream reports that more follow. */
const MAX_EMPTY_PAGES = 5;

export interface ConnectionArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

export interface List<Row> extends ListKey {
  /** Reads the page after the item with this id; undefined: the first page. */
  readPage: (lastDocId: string | undefined) => Promise<Page<Row>>;
  /** Keeps the rows for which it resolves to true. */
  filter?: (row: Row) => Promise<boolean>;
  /** Called before each page is read. If it returns false, the connection ends early with `hasNextPage` true. */
  mayReadPage?: (lastDocId: string | undefined) => boolean;
}

/**
 * Reads a connection from the upstream's pages.
 *
 * @throws GraphQLError BAD_USER_INPUT if `first` is out of range, or `after` is not a cursor of this list.
 */
export function connect<Row extends { id: string }>(
  list: List<Row>,
  { first: size, after }: ConnectionArguments,
): Connection<Row> | Promise<Connection<Row>> {
  const first = size ?? DEFAULT_PAGE_SIZE;
  // Checked by hand, without Zod: this runs for every list in a response.
  if (first < 1 || first > MAX_PAGE_SIZE) throw pageSizeError(first);
  return new Scan(list, after == null ? START : readCursor(list, after), first).run();
}

const pageSizeError = (first: number) =>
  publicError(
    'BAD_USER_INPUT',
    `\`first\` must be from 1 to ${MAX_PAGE_SIZE}, but is ${first}. Request further pages with \`after\`.`,
  );

/** Reads pages until the connection has the requested number of nodes. */
class Scan<Row extends { id: string }> {
  readonly #list: List<Row>;
  readonly #start: CursorPosition;
  readonly #first: number;
  #slices: PageSlice<Row>[] | undefined;
  #requestedCursors: Set<string> | undefined;
  #position: CursorPosition;
  /** Number of nodes so far. */
  #size = 0;
  #emptyPages = 0;

  constructor(list: List<Row>, start: CursorPosition, first: number) {
    this.#list = list;
    this.#start = start;
    this.#position = start;
    this.#first = first;
  }

  run(): Connection<Row> | Promise<Connection<Row>> {
    const { lastDocId } = this.#position;
    if (this.#list.mayReadPage?.(lastDocId) === false) return this.#connection(true);
    return this.#list.readPage(lastDocId).then(
      (page) => this.#filter(page),
      (error: unknown) => this.#fail(error),
    );
  }

  #filter(page: Page<Row>): Connection<Row> | Promise<Connection<Row>> {
    const { skip } = this.#position;
    const rows = skip === 0 ? page.rows : page.rows.slice(skip);
    const { filter } = this.#list;
    if (!filter) return this.#add(page, rows, rows);
    return Promise.all(rows.map((row) => toNode(row, filter))).then((nodes) => this.#add(page, rows, nodes));
  }

  /** @param nodes The connection's node for each row; undefined for a row that was filtered out. */
  #add(
    { hasMore, nextPageCursor }: Page<Row>,
    rows: PageSlice<Row>['rows'],
    nodes: PageSlice<Row>['nodes'],
  ): Connection<Row> | Promise<Connection<Row>> {
    const count = countRows(nodes, this.#first - this.#size);
    const isWhole = count === rows.length;
    const slice: PageSlice<Row> = isWhole
      ? { start: this.#position, rows, nodes, nextCursor: nextPageCursor }
      : { start: this.#position, rows: rows.slice(0, count), nodes: nodes.slice(0, count), nextCursor: undefined };
    // Most connections have one slice. An empty list would reserve room for many with the first one.
    if (this.#slices) this.#slices.push(slice);
    else this.#slices = [slice];
    for (const node of slice.nodes) if (node) this.#size++;
    this.#position = positionAfter(slice);
    if (!isWhole) return this.#connection(true);

    if (hasMore === false || (rows.length === 0 && nextPageCursor === undefined)) return this.#connection(false);
    if (hasMore && this.#size === this.#first) return this.#connection(true);
    if (nextPageCursor !== undefined) this.#position = { lastDocId: nextPageCursor, skip: 0 };
    // The client may continue from the cursor; one operation must not follow new cursors endlessly.
    if (rows.length === 0 && ++this.#emptyPages === MAX_EMPTY_PAGES) return this.#connection(true);
    this.#rejectCycle();
    return this.run();
  }

  #rejectCycle(): void {
    const next = writeCursor(this.#list, this.#position);
    this.#requestedCursors ??= new Set();
    if (this.#requestedCursors.has(next)) {
      throw new UpstreamError(this.#list.operation, 'invalid-response', 'its page cursors form a cycle');
    }
    this.#requestedCursors.add(next);
  }

  #fail(error: unknown): never {
    const isRejected =
      error instanceof UpstreamError && error.status !== undefined && [400, 404, 410, 422].includes(error.status);
    if (this.#start !== START && this.#position === this.#start && isRejected) {
      throw invalidCursor('is no longer valid, because its item was deleted. Start again without it');
    }
    throw error;
  }

  #connection(hasNextPage: boolean): Connection<Row> {
    const hasPreviousPage = this.#start !== START;
    return new ConnectionPage({
      list: this.#list,
      slices: this.#slices ?? [],
      end: this.#position,
      hasNextPage,
      hasPreviousPage,
    });
  }
}

/** Number of leading rows that contain `size` nodes; all rows if there are fewer nodes. */
function countRows(nodes: readonly unknown[], size: number): number {
  let left = size;
  let count = 0;
  for (; left > 0 && count < nodes.length; count++) if (nodes[count]) left--;
  return count;
}

/** The connection's node for a row: the row, the error why it cannot be read, or undefined if it is filtered out. */
async function toNode<Row>(
  row: Row | UpstreamError,
  filter: NonNullable<List<Row>['filter']>,
): Promise<Row | Error | undefined> {
  if (row instanceof UpstreamError) return row;
  try {
    return (await filter(row)) ? row : undefined;
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
}
