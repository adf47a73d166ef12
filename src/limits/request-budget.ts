import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';
import { SETTINGS } from './limits.ts';

/**
 * Counts and limits the upstream requests of one operation, or of one event of a subscription. The estimate before
 * execution assumes lists of the usual length; this limit also holds if they are longer.
 */
export class RequestBudget {
  #limit: number;
  #spent = 0;
  #error: GraphQLError | undefined;

  /** @param limit Maximum number of requests. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts requests. @returns An error, and counts nothing, if they would exceed the limit. */
  spend(requests: number): GraphQLError | undefined {
    if (this.#spent + requests <= this.#limit) {
      this.#spent += requests;
      return undefined;
    }
    this.#error ??= budgetError(this.#limit);
    return this.#error;
  }

  /** Raises the limit. */
  raise(requests: number): void {
    this.#limit += requests;
    this.#error = undefined;
  }
}

const budgetError = (limit: number): GraphQLError =>
  publicError(
    'QUERY_TOO_COSTLY',
    `An operation may cost ${limit} upstream requests (${SETTINGS.cost}), and this one needs more than estimated, because the upstream returned longer lists or shorter pages. The response is complete except for the fields with this error. Request smaller pages, or fewer fields of each item.`,
    { cost: { limit } },
  );
