/** Maximum size and cost of one operation and its response. */
export interface OperationLimits {
  /** Lexical tokens of a document, without comments (GraphQL, 2.1.6 "Lexical Tokens"). */
  tokens: number;
  /** Nesting depth of fields. */
  depth: number;
  /** Aliased fields. */
  aliases: number;
  directives: number;
  /** Root fields of an operation. */
  rootFields: number;
  /** Operations in one document. */
  operations: number;
  /** Length of any name in a document, in characters (GraphQL, 2.1.9 "Names"). */
  nameLength: number;
  /** Pairs of fields or fragments that validation compares. */
  comparisons: number;
  /** Upstream requests of one operation: estimated before execution, and counted during execution. */
  cost: number;
  /** Errors reported in one response. */
  reportedErrors: number;
  /** Size of a response, in bytes. */
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

/** The setting (environment variable) of each limit, for error messages. */
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
