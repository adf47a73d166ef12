import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';
import { SETTINGS } from './limits.ts';

/**
 * Counts the upstream requests of one operation, or of one event of a subscription. The estimate takes lists to be as long
 * as usual; this holds when they are longer.
 */
export class RequestBudget {
  #limit: number;
  #spent = 0;
  #refusal: GraphQLError | undefined;

  /** @param limit How many requests there may be. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns The error in place of the requests, where the limit does not allow them. */
  spend(requests: number): GraphQLError | undefined {
    if (this.#spent + requests <= this.#limit) {
      this.#spent += requests;
      return undefined;
    }
    this.#refusal ??= exceeded(this.#limit);
    return this.#refusal;
  }

  /** Allows more requests. */
  raise(requests: number): void {
    this.#limit += requests;
    this.#refusal = undefined;
  }
}

const exceeded = (limit: number): GraphQLError =>
  publicError(
    'QUERY_TOO_COSTLY',
    `An operation may take ${limit} requests to the upstream (${SETTINGS.cost}), and this one needs more than were estimated, because the upstream has longer lists or shorter pages. What is here is complete but for the fields with this error. Request smaller pages, or less of each item.`,
    { cost: { limit } },
  );
