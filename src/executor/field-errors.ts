import type { GraphQLError, ResponsePath } from 'graphql';

/** Whether an error may pass by itself, so that it is not what a caller has to correct. */
export type IsTransient = (error: GraphQLError) => boolean;

/**
 * The errors of one execution, one for each position that is null because of them. An error below a position that is null
 * already is left out, because the response does not show it (GraphQL, 6.4.4 "Handling Execution Errors").
 */
export class FieldErrors {
  readonly #isTransient: IsTransient | undefined;
  /** By the position that is null; undefined stands for the whole response. */
  #errors: Map<ResponsePath | undefined, GraphQLError> | undefined;

  /** @param isTransient Such an error gives way to another one. @default none is */
  constructor(isTransient: IsTransient | undefined) {
    this.#isTransient = isTransient;
  }

  /** Whether the whole response is null. */
  get isResponseNull(): boolean {
    return this.#errors?.has(undefined) ?? false;
  }

  /** Whether a position or one around it is null, so that the response cannot show what is found out for it. */
  isDiscarded(position: ResponsePath | undefined): boolean {
    const errors = this.#errors;
    if (!errors) return false;
    for (let at = position; at; at = at.prev) if (errors.has(at)) return true;
    return errors.has(undefined);
  }

  /**
   * Reports the first error of a position, or a later one of the same position in the place of a transient one.
   *
   * @param position What is null because of it; undefined for the whole response.
   */
  add(error: GraphQLError, position: ResponsePath | undefined): void {
    this.#errors ??= new Map();
    const known = this.#errors.get(position);
    if (known ? this.#givesWay(known, error) : !this.isDiscarded(position)) this.#errors.set(position, error);
  }

  /** The errors as they are now, transient ones last; undefined when there are none. */
  list(): GraphQLError[] | undefined {
    if (!this.#errors) return undefined;
    const errors = [...this.#errors.values()];
    const isTransient = this.#isTransient;
    if (!isTransient || errors.length === 1) return errors;
    const transient = new Set(errors.filter(isTransient));
    return [...errors.filter((error) => !transient.has(error)), ...transient];
  }

  #givesWay(known: GraphQLError, error: GraphQLError): boolean {
    return this.#isTransient?.(known) === true && !this.#isTransient(error);
  }
}
