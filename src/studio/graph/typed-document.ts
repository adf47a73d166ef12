export type { TypedDocument } from '../../client/typed-document.ts';
