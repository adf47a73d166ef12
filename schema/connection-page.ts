import { UpstreamError } from '../src/upstream/errors.ts';
import { type CursorPosition, type ListKey, writeCursor } from './cursors.ts';

/** Where a page lies in its list (Relay cursor connections specification). */
export interface PageInfo {
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

/** Rows that follow each other on one page of the upstream. */
export interface PageSlice<Row> {
  /** Where the first of them lies. */
  readonly start: CursorPosition;
  readonly rows: readonly (Row | UpstreamError)[];
  /** What stands in the connection for each of them; undefined for one that is left out. */
  readonly nodes: readonly (Row | Error | undefined)[];
  /** The upstream's own cursor behind the last of them, if they go to the end of its page and it gave one. */
  readonly nextCursor: string | undefined;
}

/** The place behind a run. */
export function positionAfter<Row extends { id: string }>({
  start: from,
  rows,
  nextCursor: next,
}: PageSlice<Row>): CursorPosition {
  if (next && rows.length > 0) return { lastDocId: next, skip: 0 };
  const last = rows.findLastIndex((row) => !(row instanceof UpstreamError));
  const row = rows[last];
  const unread = rows.length - 1 - last;
  return row && !(row instanceof UpstreamError)
    ? { lastDocId: row.id, skip: unread }
    : { ...from, skip: from.skip + unread };
}

/** The place behind a row; one that cannot be read has no id to stand behind. */
const behind = <Row extends { id: string }>(before: CursorPosition, row: Row | UpstreamError): CursorPosition =>
  row instanceof UpstreamError ? { ...before, skip: before.skip + 1 } : { lastDocId: row.id, skip: 0 };

interface ConnectionPageOptions<Row> extends Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'> {
  readonly list: ListKey;
  readonly runs: readonly PageSlice<Row>[];
  /** Where the scan ended. */
  readonly end: CursorPosition;
}

/** A connection as a scan of the upstream's pages has found it. */
export class ConnectionPage<Row extends { id: string }> implements Connection<Row> {
  readonly #options: ConnectionPageOptions<Row>;

  constructor(options: ConnectionPageOptions<Row>) {
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
    for (const { start: from, rows, nodes, nextCursor: next } of this.#options.runs) {
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
  readonly #list: ListKey;
  readonly #place: CursorPosition;

  constructor(list: ListKey, place: CursorPosition, node: Row | Error) {
    this.node = node;
    this.#list = list;
    this.#place = place;
  }

  get cursor(): string {
    return writeCursor(this.#list, this.#place);
  }
}
