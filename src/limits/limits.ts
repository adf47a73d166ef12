/** What one operation may be, and what it may cost. */
export interface OperationLimits {
  /** Words and marks of a document, comments left out (GraphQL, 2.1.6 "Lexical Tokens"). */
  tokens: number;
  /** Fields within fields. */
  depth: number;
  /** Fields under another name than their own. */
  aliases: number;
  directives: number;
  /** Fields of the operation itself. */
  rootFields: number;
  /** Operations in one document. */
  operations: number;
  /** Requests to the upstream that one operation may take, as estimated before anything is asked. */
  cost: number;
}

export const defaultOperationLimits: OperationLimits = {
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  directives: 20,
  rootFields: 20,
  operations: 10,
  cost: 300,
};

/** The setting of each limit, by which error messages name it. */
export const SETTINGS = {
  tokens: 'MAX_QUERY_TOKENS',
  depth: 'MAX_QUERY_DEPTH',
  aliases: 'MAX_QUERY_ALIASES',
  directives: 'MAX_QUERY_DIRECTIVES',
  rootFields: 'MAX_ROOT_FIELDS',
  operations: 'MAX_OPERATIONS',
  cost: 'MAX_QUERY_COST',
} as const satisfies Record<keyof OperationLimits, string>;
