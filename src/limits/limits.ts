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
  /** Characters of a name in a document, whatever it names (GraphQL, 2.1.9 "Names"). */
  nameLength: number;
  /** Pairs of fields, and of fragments, that validation compares. */
  comparisons: number;
  /** Requests to the upstream that one operation may take, by the estimate before it is executed and by count while it is. */
  cost: number;
  /** Errors that one response reports. */
  reportedErrors: number;
  /** The longest response, in bytes. */
  responseBytes: number;
}

export const defaultOperationLimits: OperationLimits = {
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  directives: 20,
  rootFields: 20,
  operations: 10,
  nameLength: 200,
  comparisons: 5_000,
  cost: 300,
  reportedErrors: 50,
  responseBytes: 50_000_000,
};

/** The setting of each limit, by which error messages name it. */
export const SETTINGS = {
  tokens: 'MAX_QUERY_TOKENS',
  depth: 'MAX_QUERY_DEPTH',
  aliases: 'MAX_QUERY_ALIASES',
  directives: 'MAX_QUERY_DIRECTIVES',
  rootFields: 'MAX_ROOT_FIELDS',
  operations: 'MAX_OPERATIONS',
  nameLength: 'MAX_NAME_LENGTH',
  comparisons: 'MAX_QUERY_COMPARISONS',
  cost: 'MAX_QUERY_COST',
  reportedErrors: 'MAX_REPORTED_ERRORS',
  responseBytes: 'MAX_RESPONSE_BYTES',
} as const satisfies Record<keyof OperationLimits, string>;
