import { GraphQLError, type ResponsePath } from 'graphql';

/** Returns true for an error that may go away on a retry, so that the caller has nothing to correct. */
export type IsTransient = (error: GraphQLError) => boolean;

/** A resolver returned null for a non-null position. */
export class NullError extends Error {}

/** Placeholder for an error that is only counted: creating the located error would take far longer. */
export const OMITTED_ERROR = new GraphQLError('This error is omitted.');

/**
 * Field errors of one execution, at most one for each position that is null because of an error. Errors below such a
 * position are discarded, because the response does not contain it (GraphQL, 6.4.4 "Handling Execution Errors").
 */
export class FieldErrors {
  /** Number of positions that are null because of errors beyond the limit. */
  omitted = 0;
  readonly #isTransient: IsTransient | undefined;
  readonly #limit: number;
  /** Positions of the kept transient errors, latest last. Computed when the limit is exceeded for the first time. */
  #transient: (ResponsePath | undefined)[] | undefined;
  /**
   * Errors by nulled position; the position `undefined` is the whole response. The value is undefined for an error beyond
   * the limit.
   */
  #errors: Map<ResponsePath | undefined, GraphQLError | undefined> | undefined;

  /**
   * @param isTransient Transient errors are replaced by others. @default no error is transient
   * @param limit Maximum number of errors kept. @default unlimited
   */
  constructor(isTransient: IsTransient | undefined, limit = Number.POSITIVE_INFINITY) {
    this.#isTransient = isTransient;
    this.#limit = limit;
  }

  /** True if the whole response is null. */
  get isResponseNull(): boolean {
    return this.#errors?.has(undefined) ?? false;
  }

  /** True if a position or one of its ancestors is null, so that the response cannot contain its value. */
  isDiscarded(position: ResponsePath | undefined): boolean {
    const errors = this.#errors;
    if (!errors) return false;
    for (let at = position; at; at = at.prev) if (errors.has(at)) return true;
    return errors.has(undefined);
  }

  /** True if an error at this position may be kept; otherwise it is only counted and need not be created. */
  isKept(position: ResponsePath | undefined, thrown: unknown): boolean {
    if (!this.#isFull || this.#errors?.get(position) !== undefined) return true;
    if (thrown === OMITTED_ERROR || this.#findTransient() === undefined) return false;
    return !this.#isTransient?.(thrown instanceof GraphQLError ? thrown : toUnlocatedError(thrown));
  }

  /**
   * Adds the first error of a position. A later error of the same position replaces a transient one. Beyond the limit, an
   * error that is not transient replaces the latest transient one.
   *
   * @param position The position that becomes null; undefined for the whole response.
   */
  add(error: GraphQLError, position: ResponsePath | undefined): void {
    this.#errors ??= new Map();
    const existing = this.#errors.get(position);
    if (existing) {
      if (this.#isReplacedBy(existing, error)) this.#errors.set(position, error);
      return;
    }
    const isOmitted = this.#errors.has(position);
    if (!isOmitted && this.isDiscarded(position)) return;
    const isKept = !this.#isFull || this.#dropTransientFor(error);
    if (isKept === isOmitted) this.omitted += isKept ? -1 : 1;
    if (isKept || !isOmitted) this.#errors.set(position, isKept ? error : undefined);
  }

  /** Returns the current errors, transient ones last; undefined if there are none. */
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

  /** Drops the latest transient error in favor of one that is not transient. */
  #dropTransientFor(error: GraphQLError): boolean {
    if (error === OMITTED_ERROR || this.#isTransient?.(error)) return false;
    const found = this.#findTransient();
    if (!found) return false;
    this.#errors?.set(found.position, undefined);
    this.omitted++;
    return true;
  }

  /** Finds the latest kept transient error. */
  #findTransient(): { position: ResponsePath | undefined } | undefined {
    const errors = this.#errors;
    if (!errors) return undefined;
    const isTransientAt = (position: ResponsePath | undefined) => {
      const error = errors.get(position);
      return error !== undefined && this.#isTransient?.(error) === true;
    };
    this.#transient ??= [...errors.keys()].filter(isTransientAt);
    // Errors at these positions may have been replaced since.
    while (this.#transient.length > 0) {
      const position = this.#transient.at(-1);
      if (isTransientAt(position)) return { position };
      this.#transient.pop();
    }
    return undefined;
  }

  #isReplacedBy(existing: GraphQLError, error: GraphQLError): boolean {
    return this.#isTransient?.(existing) === true && !this.#isTransient(error);
  }
}

/** Wraps a thrown value without a location, so that it can be classified. */
const toUnlocatedError = (thrown: unknown): GraphQLError =>
  new GraphQLError('', { originalError: thrown instanceof Error ? thrown : null });
