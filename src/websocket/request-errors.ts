import { GraphQLError } from 'graphql';
import { type ErrorCode, extensionsOf } from '../errors.ts';
import { streamOfOne } from '../util/async-iterators.ts';

/**
 * True for a result without `data` (GraphQL, 7.1.2 "Request Error Result"). It is sent as an `error` message, which
 * ends the operation, and not as `next` (graphql-transport-ws, "Error").
 */
export const isRequestError = (result: unknown): result is { errors: readonly GraphQLError[] } =>
  typeof result === 'object' && result !== null && 'errors' in result && !('data' in result);

/** Thrown by a stream of results whose request was not executed. */
export class RequestError extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('Nothing was executed.');
    this.errors = errors;
  }
}

/** A stream that throws the errors of a request, for which graphql-ws sends an `error` message. */
export const failingStream = ({ errors }: { errors: readonly GraphQLError[] }): AsyncIterable<never> =>
  streamOfOne(() => Promise.reject(new RequestError(errors)));

/**
 * Adds a code to an error of parsing or validation, unless it has a more specific one, and removes its HTTP status.
 * Such an error ends its operation, not the socket, which other operations share.
 */
export const toRequestError = (code: ErrorCode, error: unknown): GraphQLError => {
  const original = error instanceof GraphQLError ? error : new GraphQLError(String(error));
  const { nodes, source, positions, extensions } = original;
  const { http: _, ...own } = extensions;
  return new GraphQLError(original.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { ...extensionsOf(code), ...own },
  });
};
