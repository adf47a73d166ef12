import type { components, operations } from './wire.gen.ts';

/** TypeScript types of the contract's schemas, as transferred over the wire. */
export type Wire = components['schemas'];
/** The contract's operations by their `operationId`. */
export type OperationId = keyof operations;
/** Path parameters of an operation; `{}` if it has none. */
export type PathOf<Id extends OperationId> = operations[Id]['parameters'] extends { path: infer Path }
  ? Path
  : Record<never, never>;
/** Query parameters of an operation; `{}` if it has none. */
export type QueryOf<Id extends OperationId> = operations[Id]['parameters'] extends { query?: infer Query }
  ? Exclude<Query, undefined>
  : Record<never, never>;
/** Request body of an operation: JSON, the raw bytes of an image, or none. */
export type BodyOf<Id extends OperationId> = operations[Id] extends {
  requestBody: { content: { 'application/json': infer Json } };
}
  ? { json: Json }
  : operations[Id] extends { requestBody: { content: { 'application/octet-stream': unknown } } }
    ? { bytes: Uint8Array }
    : { json?: never; bytes?: never };

export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path template, with `{name}` for each path parameter. */
  path: string;
  /** Names of the query parameters. */
  query: readonly string[];
  /** Names that this upstream uses for query parameters. @default those of `query` */
  queryNames?: Readonly<Record<string, string>>;
  /** Names that this upstream uses for fields of the request body. @default those of the schema */
  bodyNames?: FieldNames;
  /** True if it must not be repeated, whatever its method. @default depends on the method */
  isSentOnce?: boolean;
  /** Request body: none, JSON with a schema of {@link Contract.schemas}, or the raw bytes of an image. */
  body: { kind: 'none' } | { kind: 'json'; schema: keyof Wire } | { kind: 'bytes' };
  /** Schema of a successful JSON response; undefined if the response has no JSON body. */
  response?: keyof Wire;
}

/** Names of fields that an upstream uses, by the contract's names; nested for fields that are objects. */
export interface FieldNames {
  readonly [field: string]: { readonly name: string; readonly fields?: FieldNames };
}

/** The data that client and sandbox share, all of it derived from `schema/flair.openapi.yaml`. */
export interface Contract {
  operations: Readonly<Record<OperationId, Operation>>;
  /** Fields of each object schema, with the names accepted for each field when reading. */
  fields: Readonly<Partial<Record<keyof Wire, Readonly<Record<string, readonly string[]>>>>>;
  /** The schemas of the document (JSON Schema 2020-12), with references. */
  schemas: Readonly<Record<string, unknown>>;
}
