import type { GraphQLError, ResponsePath } from 'graphql';

/**
 * The errors of one execution. What belongs below a place that another error has set to null is left out, because nobody
 * could find it in the answer (GraphQL, 6.4.4 "Handling Execution Errors").
 */
export class FieldErrors {
  readonly list: GraphQLError[] = [];
  #nulled: Set<ResponsePath | undefined> | undefined;

  /** Whether the answer as a whole is null. */
  get leaveNothing(): boolean {
    return this.#nulled?.has(undefined) ?? false;
  }

  /** @param path Where the answer is null for it; undefined when all of it is. */
  add(error: GraphQLError, path: ResponsePath | undefined): void {
    this.#nulled ??= new Set();
    for (let place = path; place; place = place.prev) if (this.#nulled.has(place)) return;
    if (this.leaveNothing) return;
    this.#nulled.add(path);
    this.list.push(error);
  }
}
