import { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';
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
 * An error of parsing or validation without its HTTP status. It ends its operation, not the socket, which other
 * operations share.
 */
export const toRequestError = ({ message, nodes, source, positions, extensions }: GraphQLError): GraphQLError => {
  const { http: _, ...own } = extensions;
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: own,
  });
};

/** Returns an error for a message that exceeds the limit on its size. @param maxBytes The limit, in bytes. */
export const checkMessage =
  (maxBytes: number) =>
  ({ length }: Uint8Array): GraphQLError | undefined =>
    length <= maxBytes
      ? undefined
      : publicError(
          'PAYLOAD_TOO_LARGE',
          `Expected a message of at most ${maxBytes} bytes, but this one has ${length} (MAX_BODY_BYTES).`,
        );
