import type { GraphQLError } from 'graphql';
import type { Container } from './response-position.ts';

/** Limits on what one execution results in. */
export interface ResultLimits {
  /** Field errors that are kept. */
  readonly errors: number;
  /** The last error, which reports how many others are left out. */
  omitted(count: number): GraphQLError;
  /**
   * The only error, if the data is too large to be sent.
   *
   * @param characters An estimate of its length as JSON: at least a sixth of the bytes.
   */
  refusalOf(data: Container, characters: number): GraphQLError | undefined;
}
