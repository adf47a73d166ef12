import type { OperationId, PathOf, QueryOf } from '../contract/contract.ts';
import type { operations } from '../contract/wire.gen.ts';

/** The checked body of an operation: its JSON, an image's bytes, or nothing. */
export type BodyOf<Id extends OperationId> = operations[Id] extends { requestBody: { content: infer Content } }
  ? Content extends { 'application/json': infer Json }
    ? Json
    : Uint8Array<ArrayBuffer>
  : undefined;

/** The JSON of a successful answer; an empty object where the contract says nothing of it. */
type AnswerOf<Id extends OperationId> = operations[Id]['responses'][200] extends {
  content: { 'application/json': infer Json };
}
  ? Json
  : Record<string, never>;

/** A request that was routed, authenticated and validated. */
export interface Call<Id extends OperationId> {
  /** Whose documents it may see. */
  owner: string;
  /** Where this server is reached, for absolute addresses. */
  origin: string;
  path: PathOf<Id>;
  query: QueryOf<Id>;
  body: BodyOf<Id>;
}

/** Does an operation. A `Response` is sent as it is, anything else as JSON. */
type Handler<Id extends OperationId> = (call: Call<Id>) => AnswerOf<Id> | Response | Promise<AnswerOf<Id> | Response>;

/** One handler for each operation of the contract; an operation without one does not compile. */
export type Handlers = { [Id in OperationId]: Handler<Id> };
