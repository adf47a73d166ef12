import SchemaBuilder, { type SchemaTypes } from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ValidationPlugin from '@pothos/plugin-validation';
import type { GraphQLObjectTypeExtensions } from 'graphql';
import type { UploadedFile } from '../src/images/validate-upload.ts';
import type { Context } from '../src/operations/context.ts';
import { FREE } from './costs.ts';
import { invalidInput } from './errors.ts';
import { encodeGlobalId } from './ids.ts';

declare global {
  namespace PothosSchemaTypes {
    interface ObjectTypeOptions<Types extends SchemaTypes, Shape> {
      /** Typed by graphql-js, like the extensions of a field. */
      extensions?: GraphQLObjectTypeExtensions;
    }
  }
}

/** The Pothos builder of the graph: its plugins, scalars and context. */
export const builder = new SchemaBuilder<{
  Context: Context;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    URL: { Input: string; Output: string };
    SafeInt: { Input: number; Output: number };
    File: { Input: UploadedFile; Output: never };
  };
}>({
  plugins: [ErrorsPlugin, RelayPlugin, ValidationPlugin],
  errors: { defaultTypes: [], unsafelyHandleInputErrors: true },
  relay: {
    encodeGlobalID: (kind, local) => encodeGlobalId(kind, String(local)),
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodeTypeOptions: {
      description: 'An object with a global id, by which `node` and `nodes` fetch it again.',
    },
    pageInfoTypeOptions: {
      description: 'Position of a page in its list (Relay cursor connections specification).',
      extensions: { cost: FREE },
    },
    hasNextPageFieldOptions: { description: 'True if more items follow after `endCursor`.' },
    hasPreviousPageFieldOptions: {
      description: 'True if items precede this page: when `after` was given.',
    },
    startCursorFieldOptions: { description: 'Cursor of the first edge; null if the page has no edges.' },
    endCursorFieldOptions: {
      description:
        'Cursor to pass as `after` for the next page; null if the page is empty and no further page follows.',
    },
    idFieldOptions: {
      description:
        'Global id: opaque, unique in the whole graph, and accepted by every argument that takes an id of this type.',
      extensions: { cost: FREE },
    },
  },
  validation: { validationError: (failure) => invalidInput(failure.issues) },
});

builder.queryType({
  description: 'Read operations. A lookup of an object that does not exist returns null, without an error.',
});
builder.mutationType({
  description:
    'Write operations. Every result is a union of the success type and the errors that the user can correct. All other errors are GraphQL errors with a documented `extensions.code`.',
});
builder.subscriptionType({
  description:
    'Live updates, over WebSocket (graphql-transport-ws) and server-sent events. The first event contains the current state, then one event follows per change; after the final state the stream completes.',
});
