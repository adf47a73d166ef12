import type { ObjectRef } from '@pothos/core';
import type { DataItemRow } from '../src/upstream/data-items.ts';
import type { ModelRow } from '../src/upstream/models.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { builder } from './builder.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './connection.ts';
import type { Connection, Edge } from './connection-page.ts';
import { FREE, MAX_SCANNED_PAGES } from './costs.ts';

type Types = typeof builder.$inferSchemaTypes;

/** `first` and `after`, the arguments of every connection. There is no `before`: the upstream only pages forward. */
export const connectionArguments = () =>
  builder.args((t) => ({
    first: t.int({
      defaultValue: DEFAULT_PAGE_SIZE,
      description: `Maximum number of items to return, from 1 to ${MAX_PAGE_SIZE}.`,
    }),
    after: t.string({
      description: 'Cursor of an edge: returns the items that follow it. Omitted: starts at the beginning of the list.',
    }),
  }));

/** The order of a list, for its description. */
export const UPSTREAM_ORDER = 'In the order of the upstream: usually newest first, but that is not documented.';

/**
 * Explains a list that the gateway filters, for its description.
 *
 * @param items The items of the list of the upstream.
 */
export const scanned = (items: string): string =>
  `The upstream cannot filter, so the gateway scans its list of all ${items}, at most ${MAX_SCANNED_PAGES} pages per response. If matches are rare, a page may be short or empty although \`hasNextPage\` is true: continue from \`endCursor\`. An item that cannot be read is null, with an error, whether it matches or not.`;

type ListedRow = ModelRow | DataItemRow | TrainingRow | PredictionRow;

/**
 * Defines the connection type and the edge type of a node type (Relay cursor connections specification).
 *
 * @param item Description of one item, with its article.
 * @param items Description of the list.
 */
export function connectionType<Row extends ListedRow>(
  name: string,
  node: ObjectRef<Types, Row>,
  { item, items }: { item: string; items: string },
) {
  const edge = builder.objectRef<Edge<Row>>(`${name}Edge`).implement({
    description: `${item}, with its cursor in the list.`,
    extensions: { cost: FREE },
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        nullable: false,
        description: 'Cursor of this edge: pass it as `after` to get the items that follow.',
      }),
      node: t.field({
        type: node,
        description: 'The item; null, with an error, if this item alone cannot be read.',
        // graphql-js turns an Error that a resolver returns into an error of this field.
        resolve: (edge) => edge.node as never,
      }),
    }),
  });
  return builder.objectRef<Connection<Row>>(`${name}Connection`).implement({
    description: `A page of ${items}. ${UPSTREAM_ORDER}`,
    extensions: { cost: FREE },
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        nullable: { list: false, items: false },
        description: 'The items of the page, each with its cursor, in the order of the list.',
        resolve: (connection) => connection.edges,
      }),
      nodes: t.field({
        type: [node],
        nullable: { list: false, items: true },
        description: 'The items of the page, without cursors, in the order of the list.',
        // graphql-js turns an Error that a resolver returns into an error of this field.
        resolve: (connection) => connection.nodes as readonly Row[],
      }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        nullable: false,
        description: 'Position of the page in the list, for fetching the next page.',
        resolve: (connection) => connection,
      }),
    }),
  });
}
