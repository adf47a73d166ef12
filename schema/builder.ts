import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import ValidationPlugin from '@pothos/plugin-validation';
import type { UploadedFile } from '../src/images/validate-upload.ts';
import type { Context } from '../src/operations/context.ts';
import { invalidInput } from './errors.ts';
import { encodeGlobalId } from './ids.ts';

/** The one Pothos builder: which plugins the graph is built with, its scalars and its context. */
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
      description: 'Anything with a global id, by which it can be asked for again.',
    },
    pageInfoTypeOptions: {
      description: 'Where a page of a connection lies in the whole list (Relay cursor connections specification).',
    },
    hasNextPageFieldOptions: { description: 'Whether more follows behind `endCursor`.' },
    hasPreviousPageFieldOptions: {
      description: 'Whether something comes before this page: true when `after` was given.',
    },
    startCursorFieldOptions: { description: 'Cursor of the first edge; null when there is none.' },
    endCursorFieldOptions: {
      description: 'Give it as `after` for the next page; null when nothing was found and nothing follows.',
    },
    idFieldOptions: {
      description:
        'Global id: opaque, unique in the whole graph, and accepted wherever an id of this type is asked for.',
    },
  },
  validation: { validationError: (failure) => invalidInput(failure.issues) },
});

builder.queryType({
  description: 'What can be read. A look-up of something that does not exist gives null, without an error.',
});
builder.mutationType({
  description:
    'What can be changed. Every result is a union: what was done, or an error that a person can act on. All other errors are GraphQL errors with a documented `extensions.code`.',
});
builder.subscriptionType({
  description:
    'What can be watched, over WebSocket (graphql-transport-ws) and server-sent events. The first event is the state now, then one event follows per change; after the finished state the stream completes.',
});
