import type { OperationId } from '../src/contract/contract.ts';
import { isUpstreamId } from '../src/contract/rules.ts';
import { publicError } from '../src/errors.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import type { Page } from '../src/upstream/read.ts';

/** Turns the upstream's pages (`lastDocId`, a size of its own) into Relay connections of the size a client asks for. */

/** How many edges there are where a client does not say. */
export const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

export interface Connection<Row> {
  readonly edges: readonly Edge<Row>[];
  readonly pageInfo: PageInfo;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Edge<Row> {
  readonly cursor: string;
  /** An error stands for a row that cannot be read: it nulls its own node and leaves the page alone. */
  readonly node: Row | Error;
}

export interface ConnectionArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** The operation that lists, and the id of what owns the list. A cursor holds both, so that a foreign one is recognised. */
interface ListName {
  operation: OperationId;
  owner?: string;
}

export interface List<Row> extends ListName {
  /** Reads the page that follows the item with this id; undefined: the first page. */
  page: (lastDocId: string | undefined) => Promise<Page<Row>>;
  /** Leaves out what it answers false to. */
  filter?: (row: Row) => Promise<boolean>;
  /** Asked before each page; when it says no, the connection ends early and says that more may follow. */
  mayScan?: (lastDocId: string | undefined) => boolean;
}

/** A place in a list: so many rows behind an item. Rows without a usable id are counted from the last one that has one. */
interface Place {
  lastDocId: string | undefined;
  skip: number;
}

const START: Place = { lastDocId: undefined, skip: 0 };

/** @throws GraphQLError BAD_USER_INPUT when `first` is out of bounds, or `after` is no cursor of this list. */
export async function connect<Row extends { id: string }>(
  list: List<Row>,
  { first: size, after }: ConnectionArguments,
): Promise<Connection<Row>> {
  const first = size ?? DEFAULT_PAGE_SIZE;
  // By hand: this is asked of every list in an answer.
  if (first < 1 || first > MAX_PAGE_SIZE) throw publicError('BAD_USER_INPUT', `first: Ask for 1 to ${MAX_PAGE_SIZE}.`);
  const start = after == null ? START : readCursor(list, after);
  const edges: Edge<Row>[] = [];
  const asked = new Set<string>();
  let place = start;

  const connection = (hasNextPage: boolean): Connection<Row> => ({
    edges,
    pageInfo: new PlacedPage(list, { hasNextPage, hasPreviousPage: after != null, edges, end: place }),
  });

  for (;;) {
    if (list.mayScan?.(place.lastDocId) === false) return connection(true);
    const { rows, hasMore, nextPageCursor } = await readPage(list, place, start);
    const unread = place.skip === 0 ? rows : rows.slice(place.skip);
    const { filter } = list;
    const nodes = filter ? await Promise.all(unread.map((row) => choose(row, filter))) : unread;

    let index = -1;
    for (const row of unread) {
      index++;
      if (edges.length === first) return connection(true);
      const isLast = index === unread.length - 1;
      place = isLast && nextPageCursor ? { lastDocId: nextPageCursor, skip: 0 } : behind(place, row);
      const node = nodes[index];
      if (node) edges.push(new PlacedEdge(list, place, node));
    }

    const more = hasMore ?? (nextPageCursor === undefined ? undefined : nextPageCursor !== null);
    if (more === false || (unread.length === 0 && !nextPageCursor)) return connection(false);
    if (more && edges.length === first) return connection(true);
    if (nextPageCursor) place = { lastDocId: nextPageCursor, skip: 0 };
    const next = writeCursor(list, place);
    if (asked.has(next)) throw new UpstreamError(list.operation, 'invalid-response', 'its pages go round in a circle');
    asked.add(next);
  }
}

/** What is said of a page; cursors are written when they are asked for. */
class PlacedPage implements PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly #list: ListName;
  readonly #edges: readonly Edge<unknown>[];
  readonly #end: Place;

  constructor(
    list: ListName,
    page: Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'> & { edges: readonly Edge<unknown>[]; end: Place },
  ) {
    this.hasNextPage = page.hasNextPage;
    this.hasPreviousPage = page.hasPreviousPage;
    this.#list = list;
    this.#edges = page.edges;
    this.#end = page.end;
  }

  get startCursor(): string | null {
    return this.#edges[0]?.cursor ?? null;
  }

  /** Behind rows that were scanned and left out the next page begins; an empty last page has no cursor (Relay, 5.3). */
  get endCursor(): string | null {
    return this.hasNextPage || this.#edges.length > 0 ? writeCursor(this.#list, this.#end) : null;
  }
}

/** An edge that writes its cursor when it is asked for it. */
class PlacedEdge<Row> implements Edge<Row> {
  readonly node: Row | Error;
  readonly #list: ListName;
  readonly #place: Place;

  constructor(list: ListName, place: Place, node: Row | Error) {
    this.node = node;
    this.#list = list;
    this.#place = place;
  }

  get cursor(): string {
    return writeCursor(this.#list, this.#place);
  }
}

/** The place behind a row; one that cannot be read has no id to stand behind. */
const behind = <Row extends { id: string }>(before: Place, row: Row | UpstreamError): Place =>
  row instanceof UpstreamError ? { ...before, skip: before.skip + 1 } : { lastDocId: row.id, skip: 0 };

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

async function readPage<Row>(list: List<Row>, place: Place, start: Place): Promise<Page<Row>> {
  try {
    return await list.page(place.lastDocId);
  } catch (error) {
    const isRefused =
      error instanceof UpstreamError && (error.status === 400 || error.status === 404 || error.status === 422);
    if (place !== START && place === start && isRefused) {
      throw badCursor('leads nowhere any more, because the item it stands for is gone. Start again without it');
    }
    throw error;
  }
}

const nameOf = ({ operation, owner = '' }: ListName): string => `${operation}:${owner}`;

const writeCursor = (list: ListName, { lastDocId = '', skip }: Place): string =>
  Buffer.from(`${nameOf(list)}:${lastDocId}:${skip}`).toString('base64url');

function readCursor(list: ListName, cursor: string): Place {
  const [, , lastDocId = '', digits = ''] = Buffer.from(cursor, 'base64url').toString().split(':');
  const place: Place = { lastDocId: lastDocId || undefined, skip: /^\d{1,6}$/.test(digits) ? Number(digits) : 0 };
  const isSound = lastDocId === '' || isUpstreamId(lastDocId);
  if (!isSound || writeCursor(list, place) !== cursor)
    throw badCursor('is not a cursor of this list. Take `pageInfo.endCursor` of its last page');
  return place;
}

const badCursor = (problem: string) => publicError('BAD_USER_INPUT', `\`after\` ${problem}.`);
