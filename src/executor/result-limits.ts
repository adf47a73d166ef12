import type { GraphQLError } from 'graphql';
import type { Container } from './execution.ts';

/** Limits on the result of one execution. */
export interface ResultLimits {
  /** Maximum number of field errors kept. */
  readonly maxErrors: number;
  /** Creates the last error, which reports how many others are omitted. */
  createOmittedError(count: number): GraphQLError;
  /**
   * Returns the error that replaces the data if it is too large to be sent.
   *
   * @param characters Estimated length of the data as JSON: at least a sixth of its bytes.
   */
  checkSize(data: Container, characters: number): GraphQLError | undefined;
}
