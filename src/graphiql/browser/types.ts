/** A tab, as GraphiQL accepts and stores it. */
export interface Tab {
  query: string;
  /** JSON. */
  variables: string;
}

/** Values for placeholders, by name. */
export type PlaceholderValues = Record<string, string>;

/** The parts of a GraphQL response that the page reads. */
export interface Result {
  data?: unknown;
  errors?: readonly { message: string; extensions?: { code?: string; closeCode?: number } }[];
}

/** An operation that GraphiQL executes. */
export interface Params {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

/** Observes an operation. */
export interface ResultObserver {
  onResult(result: Result): void;
  /** Called when the connection of a subscription was lost, and when it works again. */
  onConnection(message: string): void;
}

/** Observes the operations of the page. */
export interface OperationObserver {
  onStart(params: Params, isSubscription: boolean): ResultObserver;
}
