import type { ObjectRef } from '@pothos/core';
import type { DataItemRow } from '../src/upstream/data-items.ts';
import type { ModelRow } from '../src/upstream/models.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { builder } from './builder.ts';
import { DEFAULT_PAGE_SIZE } from './connection.ts';
import type { Connection, Edge } from './connection-page.ts';

type Types = typeof builder.$inferSchemaTypes;

/** `first` and `after`, which every connection takes. There is no way back: the upstream only pages forward. */
export const connectionArguments = () =>
  builder.args((t) => ({
    first: t.int({
      defaultValue: DEFAULT_PAGE_SIZE,
      description: 'How many to give at most, from 1 to 100.',
    }),
    after: t.string({ description: 'Cursor of the edge to begin behind; left out, the beginning of the list.' }),
  }));

type ListedRow = ModelRow | DataItemRow | TrainingRow | PredictionRow;

/** A connection type with its edge type, the same for every kind of node (Relay cursor connections specification). */
export function connectionType<Row extends ListedRow>(name: string, node: ObjectRef<Types, Row>, what: string) {
  const edge = builder.objectRef<Edge<Row>>(`${name}Edge`).implement({
    description: `One of ${what}, and its place in the list.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        nullable: false,
        description: 'Give it as `after` to begin behind this edge.',
      }),
      node: t.field({
        type: node,
        description: 'Null, with an error, when just this one cannot be read.',
        // graphql-js turns an Error that a resolver gives into an error of this field.
        resolve: (edge) => edge.node as never,
      }),
    }),
  });
  return builder.objectRef<Connection<Row>>(`${name}Connection`).implement({
    description: `A page of ${what}, in the upstream’s order.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        nullable: { list: false, items: false },
        description: 'The page’s items with their cursors.',
        resolve: (connection) => connection.edges,
      }),
      nodes: t.field({
        type: [node],
        nullable: { list: false, items: true },
        description: 'The page’s items alone.',
        // graphql-js turns an Error that a resolver gives into an error of this field.
        resolve: (connection) => connection.nodes as readonly Row[],
      }),
      pageInfo: t.field({
        type: builder.pageInfoRef(),
        nullable: false,
        description: 'Where the page lies in the list.',
        resolve: (connection) => connection,
      }),
    }),
  });
}
