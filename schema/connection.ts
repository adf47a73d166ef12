import type { OperationId } from '../src/contract/contract.ts';
import { isUpstreamId } from '../src/contract/rules.ts';
import { publicError } from '../src/errors.ts';
import { UpstreamError } from '../src/upstream/errors.ts';
import type { Page } from '../src/upstream/read.ts';

/** Turns the upstream's pages (`lastDocId`, a size of its own) into Relay connections of the size a client asks for. */

/** How many edges there are where a client does not say. */
export const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A page of a list. What few ask for, its edges and cursors, is made when it is asked for. */
export interface Connection<Row> extends PageInfo {
  /** An error stands for a row that cannot be read: it nulls its own node and leaves the page alone. */
  readonly nodes: readonly (Row | Error)[];
  readonly edges: readonly Edge<Row>[];
}

export interface Edge<Row> {
  readonly cursor: string;
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
export function connect<Row extends { id: string }>(
  list: List<Row>,
  { first: size, after }: ConnectionArguments,
): Connection<Row> | Promise<Connection<Row>> {
  const first = size ?? DEFAULT_PAGE_SIZE;
  // By hand: this is asked of every list in an answer.
  if (first < 1 || first > MAX_PAGE_SIZE) throw publicError('BAD_USER_INPUT', `first: Ask for 1 to ${MAX_PAGE_SIZE}.`);
  return new Scan(list, after == null ? START : readCursor(list, after), first).go();
}

/** Takes from one page after another what a connection is to hold. */
class Scan<Row extends { id: string }> {
  readonly #list: List<Row>;
  readonly #start: Place;
  readonly #first: number;
  readonly #runs: Run<Row>[] = [];
  #asked: Set<string> | undefined;
  #place: Place;
  /** How many nodes there are so far. */
  #size = 0;

  constructor(list: List<Row>, start: Place, first: number) {
    this.#list = list;
    this.#start = start;
    this.#place = start;
    this.#first = first;
  }

  go(): Connection<Row> | Promise<Connection<Row>> {
    const { lastDocId } = this.#place;
    if (this.#list.mayScan?.(lastDocId) === false) return this.#connection(true);
    return this.#list.page(lastDocId).then(
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
    rows: Run<Row>['rows'],
    nodes: Run<Row>['nodes'],
  ): Connection<Row> | Promise<Connection<Row>> {
    const taken = rowsFor(nodes, this.#first - this.#size);
    const isWhole = taken === rows.length;
    const run: Run<Row> = isWhole
      ? { from: this.#place, rows, nodes, next: nextPageCursor ?? undefined }
      : { from: this.#place, rows: rows.slice(0, taken), nodes: nodes.slice(0, taken), next: undefined };
    this.#runs.push(run);
    for (const node of run.nodes) if (node) this.#size++;
    this.#place = endOf(run);
    if (!isWhole) return this.#connection(true);

    const more = hasMore ?? (nextPageCursor === undefined ? undefined : nextPageCursor !== null);
    if (more === false || (rows.length === 0 && !nextPageCursor)) return this.#connection(false);
    if (more && this.#size === this.#first) return this.#connection(true);
    if (nextPageCursor) this.#place = { lastDocId: nextPageCursor, skip: 0 };
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
      error instanceof UpstreamError && (error.status === 400 || error.status === 404 || error.status === 422);
    if (this.#start !== START && this.#place === this.#start && isRefused) {
      throw badCursor('leads nowhere any more, because the item it stands for is gone. Start again without it');
    }
    throw error;
  }

  #connection(hasNextPage: boolean): Connection<Row> {
    const hasPreviousPage = this.#start !== START;
    return new Scanned({ list: this.#list, runs: this.#runs, end: this.#place, hasNextPage, hasPreviousPage });
  }
}

/** Rows that follow each other on one page of the upstream. */
interface Run<Row> {
  /** Where the first of them lies. */
  readonly from: Place;
  readonly rows: readonly (Row | UpstreamError)[];
  /** What stands in the connection for each of them; undefined for one that is left out. */
  readonly nodes: readonly (Row | Error | undefined)[];
  /** The upstream's own cursor behind the last of them, if they go to the end of its page and it gave one. */
  readonly next: string | undefined;
}

/** How many rows it takes for so many nodes; all of them where there are fewer. */
function rowsFor(nodes: readonly unknown[], size: number): number {
  let left = size;
  let taken = 0;
  for (; left > 0 && taken < nodes.length; taken++) if (nodes[taken]) left--;
  return taken;
}

/** The place behind a run. */
function endOf<Row extends { id: string }>({ from, rows, next }: Run<Row>): Place {
  if (next && rows.length > 0) return { lastDocId: next, skip: 0 };
  const last = rows.findLastIndex((row) => !(row instanceof UpstreamError));
  const row = rows[last];
  const unread = rows.length - 1 - last;
  return row && !(row instanceof UpstreamError)
    ? { lastDocId: row.id, skip: unread }
    : { ...from, skip: from.skip + unread };
}

/** The place behind a row; one that cannot be read has no id to stand behind. */
const behind = <Row extends { id: string }>(before: Place, row: Row | UpstreamError): Place =>
  row instanceof UpstreamError ? { ...before, skip: before.skip + 1 } : { lastDocId: row.id, skip: 0 };

interface ScannedOptions<Row> extends Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'> {
  readonly list: ListName;
  readonly runs: readonly Run<Row>[];
  /** Where the scan ended. */
  readonly end: Place;
}

class Scanned<Row extends { id: string }> implements Connection<Row> {
  readonly #options: ScannedOptions<Row>;

  constructor(options: ScannedOptions<Row>) {
    this.#options = options;
  }

  get nodes(): Connection<Row>['nodes'] {
    const { runs } = this.#options;
    const [run] = runs;
    if (run && runs.length === 1 && run.nodes === run.rows) return run.rows;
    return runs.flatMap(({ nodes }) => nodes.filter((node) => node !== undefined));
  }

  get edges(): readonly Edge<Row>[] {
    return [...this.#placed()];
  }

  get hasNextPage(): boolean {
    return this.#options.hasNextPage;
  }

  get hasPreviousPage(): boolean {
    return this.#options.hasPreviousPage;
  }

  get startCursor(): string | null {
    const { value } = this.#placed().next();
    return value?.cursor ?? null;
  }

  /** Behind rows that were scanned and left out the next page begins; an empty last page has no cursor (Relay, 5.3). */
  get endCursor(): string | null {
    const { list, runs, end, hasNextPage } = this.#options;
    return hasNextPage || runs.some(({ nodes }) => nodes.some(Boolean)) ? writeCursor(list, end) : null;
  }

  *#placed(): Generator<Edge<Row>, undefined> {
    for (const { from, rows, nodes, next } of this.#options.runs) {
      let place = from;
      for (const [index, row] of rows.entries()) {
        place = next && index === rows.length - 1 ? { lastDocId: next, skip: 0 } : behind(place, row);
        const node = nodes[index];
        if (node) yield new PlacedEdge(this.#options.list, place, node);
      }
    }
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
