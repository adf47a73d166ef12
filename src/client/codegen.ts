/**
 * Types of the scalars of the graph, for `scalars` in a configuration of GraphQL Code Generator. With `strictScalars`,
 * no field is then `unknown` or `any`.
 */
export const scalars: Scalars = {
  /** Codegen's default for variables is `string | number`; global ids are always text. */
  ID: 'string',
  DateTime: 'string',
  URL: 'string',
  SafeInt: 'number',
  File: 'Blob | string',
};

/** The TypeScript type of each scalar in results and variables. */
export interface Scalars {
  readonly ID: 'string';
  readonly DateTime: 'string';
  readonly URL: 'string';
  readonly SafeInt: 'number';
  readonly File: 'Blob | string';
}
