import type { GraphQLError, ResponsePath } from 'graphql';

/** Whether an error may pass by itself, so that it is not what a caller has to correct. */
export type IsTransient = (error: GraphQLError) => boolean;

/**
 * The errors of one execution, one for each position that is null because of them. An error below a position that is null
 * already is left out, because the response does not show it (GraphQL, 6.4.4 "Handling Execution Errors").
 */
export class FieldErrors {
  /** How many positions are null because of errors that are not kept. */
  omitted = 0;
  readonly #isTransient: IsTransient | undefined;
  readonly #limit: number;
  /**
   * By the position that is null; the position undefined stands for the whole response. An error that is not kept is
   * undefined.
   */
  #errors: Map<ResponsePath | undefined, GraphQLError | undefined> | undefined;

  /**
   * @param isTransient Such an error gives way to another one. @default none is
   * @param limit How many errors are kept. @default all
   */
  constructor(isTransient: IsTransient | undefined, limit = Number.POSITIVE_INFINITY) {
    this.#isTransient = isTransient;
    this.#limit = limit;
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

  /** Whether an error of this position may be kept. Any other need not be made: it is only counted. */
  isKept(position: ResponsePath | undefined): boolean {
    return !this.#isFull || this.#errors?.get(position) !== undefined;
  }

  /**
   * Reports the first error of a position, or a later one of the same position in the place of a transient one.
   *
   * @param position What is null because of it; undefined for the whole response.
   */
  add(error: GraphQLError, position: ResponsePath | undefined): void {
    this.#errors ??= new Map();
    const known = this.#errors.get(position);
    if (known) {
      if (this.#givesWay(known, error)) this.#errors.set(position, error);
    } else if (!this.isDiscarded(position)) {
      const isFull = this.#isFull;
      if (isFull) this.omitted++;
      this.#errors.set(position, isFull ? undefined : error);
    }
  }

  /** The errors as they are now, transient ones last; undefined when there are none. */
  list(): GraphQLError[] | undefined {
    if (!this.#errors) return undefined;
    const errors = [...this.#errors.values()].filter((error) => error !== undefined);
    const isTransient = this.#isTransient;
    if (!isTransient || errors.length === 1) return errors;
    const transient = new Set(errors.filter(isTransient));
    return [...errors.filter((error) => !transient.has(error)), ...transient];
  }

  get #isFull(): boolean {
    return (this.#errors?.size ?? 0) - this.omitted >= this.#limit;
  }

  #givesWay(known: GraphQLError, error: GraphQLError): boolean {
    return this.#isTransient?.(known) === true && !this.#isTransient(error);
  }
}
