import type { components, operations } from './wire.gen.ts';

/** A schema of the contract as TypeScript sees it: the names and types on the wire. */
export type Wire = components['schemas'];
/** The contract's operations by their `operationId`. */
export type OperationId = keyof operations;
/** The path parameters of an operation, `{}` where it has none. */
export type PathOf<Id extends OperationId> = operations[Id]['parameters'] extends { path: infer Path }
  ? Path
  : Record<never, never>;
/** The query parameters of an operation, `{}` where it has none. */
export type QueryOf<Id extends OperationId> = operations[Id]['parameters'] extends { query?: infer Query }
  ? Exclude<Query, undefined>
  : Record<never, never>;
/** What an operation is sent: JSON, the raw bytes of an image, or nothing. */
export type BodyOf<Id extends OperationId> = operations[Id] extends {
  requestBody: { content: { 'application/json': infer Json } };
}
  ? { json: Json }
  : operations[Id] extends { requestBody: { content: { 'application/octet-stream': unknown } } }
    ? { bytes: Uint8Array }
    : { json?: never; bytes?: never };

export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path template with `{name}` for each path parameter. */
  path: string;
  /** Names of the query parameters it takes. */
  query: readonly string[];
  /** What it is sent: nothing, JSON that obeys a schema of {@link Contract.schemas}, or the raw bytes of an image. */
  body: { kind: 'none' } | { kind: 'json'; schema: keyof Wire } | { kind: 'bytes' };
  /** The schema of a successful JSON answer; undefined where the answer's body says nothing. */
  answer?: keyof Wire;
}

/** What client and sandbox share: everything here derives from `schema/flair.openapi.yaml`, and nothing else is shared. */
export interface Contract {
  operations: Readonly<Record<OperationId, Operation>>;
  /** For each object schema its fields, and for each field the names under which it is accepted when reading. */
  fields: Readonly<Partial<Record<keyof Wire, Readonly<Record<string, readonly string[]>>>>>;
  /** The schemas as they stand in the document (JSON Schema 2020-12), references included. */
  schemas: Readonly<Record<string, unknown>>;
}
