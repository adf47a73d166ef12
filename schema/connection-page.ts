import { UpstreamError } from '../src/upstream/errors.ts';
import { type CursorPosition, type ListKey, writeCursor } from './cursors.ts';

/** The position of a page in its list (Relay cursor connections specification). */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A page of a list. Its edges and cursors, which few queries select, are computed on access. */
export interface Connection<Row> extends PageInfo {
  /** An error in place of a row that cannot be read nulls its own node, not the page. */
  readonly nodes: readonly (Row | Error)[];
  readonly edges: readonly Edge<Row>[];
}

export interface Edge<Row> {
  readonly cursor: string;
  readonly node: Row | Error;
}

/** Consecutive rows of one upstream page. */
export interface PageSlice<Row> {
  /** Position before the first row. */
  readonly start: CursorPosition;
  readonly rows: readonly (Row | UpstreamError)[];
  /** The connection's node for each row; undefined for a row that was filtered out. */
  readonly nodes: readonly (Row | Error | undefined)[];
  /** The upstream's cursor after the last row, if the slice reaches the end of its page and the upstream sent one. */
  readonly nextCursor: string | undefined;
}

/** The position after the last row of a slice. */
export function positionAfter<Row extends { id: string }>({ start, rows, nextCursor }: PageSlice<Row>): CursorPosition {
  if (nextCursor && rows.length > 0) return { lastDocId: nextCursor, skip: 0 };
  const last = rows.findLastIndex((row) => !(row instanceof UpstreamError));
  const row = rows[last];
  const unread = rows.length - 1 - last;
  return row && !(row instanceof UpstreamError)
    ? { lastDocId: row.id, skip: unread }
    : { ...start, skip: start.skip + unread };
}

/** The position after a row. A row that cannot be read has no id, so it is counted from the position before it. */
const positionAfterRow = <Row extends { id: string }>(
  before: CursorPosition,
  row: Row | UpstreamError,
): CursorPosition =>
  row instanceof UpstreamError ? { ...before, skip: before.skip + 1 } : { lastDocId: row.id, skip: 0 };

interface ConnectionPageOptions<Row> extends Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'> {
  readonly list: ListKey;
  readonly slices: readonly PageSlice<Row>[];
  /** Position at which the scan ended. */
  readonly end: CursorPosition;
}

/** A connection made of the rows that a scan of the upstream's pages found. */
export class ConnectionPage<Row extends { id: string }> implements Connection<Row> {
  readonly #options: ConnectionPageOptions<Row>;

  constructor(options: ConnectionPageOptions<Row>) {
    this.#options = options;
  }

  get nodes(): Connection<Row>['nodes'] {
    const { slices } = this.#options;
    const [slice] = slices;
    if (slice && slices.length === 1 && slice.nodes === slice.rows) return slice.rows;
    return slices.flatMap(({ nodes }) => nodes.filter((node) => node !== undefined));
  }

  get edges(): readonly Edge<Row>[] {
    return [...this.#iterateEdges()];
  }

  get hasNextPage(): boolean {
    return this.#options.hasNextPage;
  }

  get hasPreviousPage(): boolean {
    return this.#options.hasPreviousPage;
  }

  get startCursor(): string | null {
    const { value } = this.#iterateEdges().next();
    return value?.cursor ?? null;
  }

  /**
   * The next page begins after rows that were scanned and filtered out; an empty last page has no cursor (Relay, 5.3).
   */
  get endCursor(): string | null {
    const { list, slices, end, hasNextPage } = this.#options;
    return hasNextPage || slices.some(({ nodes }) => nodes.some(Boolean)) ? writeCursor(list, end) : null;
  }

  *#iterateEdges(): Generator<Edge<Row>, undefined> {
    for (const { start, rows, nodes, nextCursor } of this.#options.slices) {
      let position = start;
      for (const [index, row] of rows.entries()) {
        const isLast = index === rows.length - 1;
        position = nextCursor && isLast ? { lastDocId: nextCursor, skip: 0 } : positionAfterRow(position, row);
        const node = nodes[index];
        if (node) yield new LazyEdge(this.#options.list, position, node);
      }
    }
  }
}

/** An edge whose cursor is encoded on access. */
class LazyEdge<Row> implements Edge<Row> {
  readonly node: Row | Error;
  readonly #list: ListKey;
  readonly #position: CursorPosition;

  constructor(list: ListKey, position: CursorPosition, node: Row | Error) {
    this.node = node;
    this.#list = list;
    this.#position = position;
  }

  get cursor(): string {
    return writeCursor(this.#list, this.#position);
  }
}
