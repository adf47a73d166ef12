import { GraphQLError } from 'graphql';
import { type ErrorCode, extensionsOf } from '../errors.ts';

/**
 * A result without `data` tells why nothing was executed (GraphQL, 7.1.2 "Request Error Result"). It is the `error`
 * message of its operation, which ends it, and no `next` (graphql-transport-ws, "Error").
 */
export const isRequestError = (result: unknown): result is { errors: readonly GraphQLError[] } =>
  typeof result === 'object' && result !== null && 'errors' in result && !('data' in result);

/** What a stream throws that has nothing but the errors of a request to tell. */
export class RequestError extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('Nothing was executed.');
    this.errors = errors;
  }
}

/** graphql-ws writes an `error` for what a stream throws. */
export const failingStream = ({ errors }: { errors: readonly GraphQLError[] }): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new RequestError(errors)) }),
});

/**
 * A document that is refused is an error of that operation, not of the socket, which others share. Its own code, where it
 * has one, says more than the one given here; the status that it would have over HTTP means nothing here.
 */
export const toRequestError = (code: ErrorCode, error: unknown): GraphQLError => {
  const mistake = error instanceof GraphQLError ? error : new GraphQLError(String(error));
  const { nodes, source, positions, extensions } = mistake;
  const { http: _, ...own } = extensions;
  return new GraphQLError(mistake.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { ...extensionsOf(code), ...own },
  });
};
