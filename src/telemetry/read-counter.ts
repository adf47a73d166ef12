import type { GraphQLError, ResponsePath } from 'graphql';
import type { Requester } from '../upstream/observer.ts';

/** Counts and traces the upstream requests of an operation, and the reads that needed none. */
export interface ReadCounter extends Requester {
  /** Reads that were served from memory. */
  cached: number;
  /**
   * Starts to trace one execution. Returns a function that creates the counter for the resolvers of a field.
   *
   * @default the fields are not traced
   */
  readonly traceFields?: (() => (path: ResponsePath) => ReadCounter) | undefined;
  /**
   * Starts the trace of an event of a subscription. Returns a function that ends it.
   *
   * @default events are not traced
   */
  readonly startEvent?: (() => (errors: readonly GraphQLError[] | undefined) => void) | undefined;
}
