import { publicError } from '../src/errors.ts';
import type { Page } from '../src/upstream/decode/objects.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import { type Connection, ConnectionPage, type PageSlice, positionAfter } from './connection-page.ts';
import { type CursorPosition, invalidCursor, type ListKey, readCursor, START, writeCursor } from './cursors.ts';

/** Turns the upstream's pages (`lastDocId`, a size of its own) into Relay connections of the size a client asks for. */

/** How many edges there are where a client does not say. */
export const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;
/** Empty pages that are followed for one connection although more is said to follow. */
const MOST_EMPTY_PAGES = 5;

export interface ConnectionArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

export interface List<Row> extends ListKey {
  /** Reads the page that follows the item with this id; undefined: the first page. */
  readPage: (lastDocId: string | undefined) => Promise<Page<Row>>;
  /** Leaves out what it answers false to. */
  filter?: (row: Row) => Promise<boolean>;
  /** Asked before each page; when it says no, the connection ends early and says that more may follow. */
  mayReadPage?: (lastDocId: string | undefined) => boolean;
}

/** @throws GraphQLError BAD_USER_INPUT when `first` is out of bounds, or `after` is no cursor of this list. */
export function connect<Row extends { id: string }>(
  list: List<Row>,
  { first: size, after }: ConnectionArguments,
): Connection<Row> | Promise<Connection<Row>> {
  const first = size ?? DEFAULT_PAGE_SIZE;
  // By hand: this is asked of every list in an answer.
  if (first < 1 || first > MAX_PAGE_SIZE) throw badSize(first);
  return new Scan(list, after == null ? START : readCursor(list, after), first).go();
}

const badSize = (first: number) =>
  publicError(
    'BAD_USER_INPUT',
    `\`first\` must be from 1 to ${MAX_PAGE_SIZE}, but is ${first}. Request further pages by \`after\`.`,
  );

/** Takes from one page after another what a connection is to hold. */
class Scan<Row extends { id: string }> {
  readonly #list: List<Row>;
  readonly #start: CursorPosition;
  readonly #first: number;
  readonly #runs: PageSlice<Row>[] = [];
  #asked: Set<string> | undefined;
  #place: CursorPosition;
  /** How many nodes there are so far. */
  #size = 0;
  #emptyPages = 0;

  constructor(list: List<Row>, start: CursorPosition, first: number) {
    this.#list = list;
    this.#start = start;
    this.#place = start;
    this.#first = first;
  }

  go(): Connection<Row> | Promise<Connection<Row>> {
    const { lastDocId } = this.#place;
    if (this.#list.mayReadPage?.(lastDocId) === false) return this.#connection(true);
    return this.#list.readPage(lastDocId).then(
      (page) => this.#choose(page),
      (error: unknown) => this.#fail(error),
    );
  }

  #choose(page: Page<Row>): Connection<Row> | Promise<Connection<Row>> {
    const { skip } = this.#place;
    const rows = skip === 0 ? page.rows : page.rows.slice(skip);
    const { filter } = this.#list;
    if (!filter) return this.#take(page, rows, rows);
    return Promise.all(rows.map((row) => choose(row, filter))).then((nodes) => this.#take(page, rows, nodes));
  }

  /** @param nodes What stands in the connection for each row. */
  #take(
    { hasMore, nextPageCursor }: Page<Row>,
    rows: PageSlice<Row>['rows'],
    nodes: PageSlice<Row>['nodes'],
  ): Connection<Row> | Promise<Connection<Row>> {
    const taken = rowsFor(nodes, this.#first - this.#size);
    const isWhole = taken === rows.length;
    const run: PageSlice<Row> = isWhole
      ? { start: this.#place, rows, nodes, nextCursor: nextPageCursor }
      : { start: this.#place, rows: rows.slice(0, taken), nodes: nodes.slice(0, taken), nextCursor: undefined };
    this.#runs.push(run);
    for (const node of run.nodes) if (node) this.#size++;
    this.#place = positionAfter(run);
    if (!isWhole) return this.#connection(true);

    if (hasMore === false || (rows.length === 0 && nextPageCursor === undefined)) return this.#connection(false);
    if (hasMore && this.#size === this.#first) return this.#connection(true);
    if (nextPageCursor !== undefined) this.#place = { lastDocId: nextPageCursor, skip: 0 };
    // The client may go on from there; this operation does not follow new cursors without an end.
    if (rows.length === 0 && ++this.#emptyPages === MOST_EMPTY_PAGES) return this.#connection(true);
    this.#refuseCircles();
    return this.go();
  }

  #refuseCircles(): void {
    const next = writeCursor(this.#list, this.#place);
    this.#asked ??= new Set();
    if (this.#asked.has(next)) {
      throw new UpstreamError(this.#list.operation, 'invalid-response', 'its pages go round in a circle');
    }
    this.#asked.add(next);
  }

  #fail(error: unknown): never {
    const isRefused =
      error instanceof UpstreamError && error.status !== undefined && [400, 404, 410, 422].includes(error.status);
    if (this.#start !== START && this.#place === this.#start && isRefused) {
      throw invalidCursor('leads nowhere any more, because the item it stands for is gone. Start again without it');
    }
    throw error;
  }

  #connection(hasNextPage: boolean): Connection<Row> {
    const hasPreviousPage = this.#start !== START;
    return new ConnectionPage({ list: this.#list, runs: this.#runs, end: this.#place, hasNextPage, hasPreviousPage });
  }
}

/** How many rows it takes for so many nodes; all of them where there are fewer. */
function rowsFor(nodes: readonly unknown[], size: number): number {
  let left = size;
  let taken = 0;
  for (; left > 0 && taken < nodes.length; taken++) if (nodes[taken]) left--;
  return taken;
}

/** What stands in the connection for a row: the row, the reason why it cannot be read, or nothing. */
async function choose<Row>(
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
