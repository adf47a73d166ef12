import type { OperationId, PathOf, QueryOf } from '../contract/contract.ts';
import type { operations } from '../contract/wire.gen.ts';

/** The validated body of an operation: JSON, an image's bytes, or undefined. */
export type BodyOf<Id extends OperationId> = operations[Id] extends { requestBody: { content: infer Content } }
  ? Content extends { 'application/json': infer Json }
    ? Json
    : Uint8Array<ArrayBuffer>
  : undefined;

/** JSON of a successful response; an empty object if the contract defines none. */
type ResponseOf<Id extends OperationId> = operations[Id]['responses'][200] extends {
  content: { 'application/json': infer Json };
}
  ? Json
  : Record<string, never>;

/** A routed, authenticated and validated request. */
export interface Call<Id extends OperationId> {
  /** Owner of the accessible documents: a hash of the API key. */
  owner: string;
  /** Origin of this server, for absolute URLs. */
  origin: string;
  path: PathOf<Id>;
  query: QueryOf<Id>;
  body: BodyOf<Id>;
}

/** Performs an operation. A `Response` is sent unchanged, any other value as JSON. */
type Handler<Id extends OperationId> = (
  call: Call<Id>,
) => ResponseOf<Id> | Response | Promise<ResponseOf<Id> | Response>;

/** Handlers of all operations of the contract; a missing one is a type error. */
export type Handlers = { [Id in OperationId]: Handler<Id> };
