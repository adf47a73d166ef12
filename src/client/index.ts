/** The client library: typed documents, requests, streams, uploads and jobs of a gateway. */
export { createFlairClient } from './create-client.ts';
export * from './documents.gen.ts';
export { FlairError, type FlairErrorInit, type ResponseError } from './errors.ts';
export { JobError } from './job-error.ts';
export type { DocumentLike, DocumentTypes, TypedDocument } from './typed-document.ts';
export type * from './types.ts';
