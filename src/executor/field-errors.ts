import { GraphQLError, type ResponsePath } from 'graphql';

/** Whether an error may pass by itself, so that it is not what a caller has to correct. */
export type IsTransient = (error: GraphQLError) => boolean;

/** Stands for an error that is only counted, so that it need not be made. */
export const LEFT_OUT = new GraphQLError('This error is left out.');

/**
 * The errors of one execution, one for each position that is null because of them. An error below a position that is null
 * already is left out, because the response does not show it (GraphQL, 6.4.4 "Handling Execution Errors").
 */
export class FieldErrors {
  /** How many positions are null because of errors that are not kept. */
  omitted = 0;
  readonly #isTransient: IsTransient | undefined;
  readonly #limit: number;
  /** The positions of kept transient errors, the latest last. Found when an error exceeds the limit for the first time. */
  #transient: (ResponsePath | undefined)[] | undefined;
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
  isKept(position: ResponsePath | undefined, thrown: unknown): boolean {
    if (!this.#isFull || this.#errors?.get(position) !== undefined) return true;
    if (thrown === LEFT_OUT || this.#findTransient() === undefined) return false;
    return !this.#isTransient?.(thrown instanceof GraphQLError ? thrown : errorOf(thrown));
  }

  /**
   * Reports the first error of a position, or a later one of the same position in the place of a transient one. Beyond the
   * limit, an error that is not transient takes the place of the latest transient one.
   *
   * @param position What is null because of it; undefined for the whole response.
   */
  add(error: GraphQLError, position: ResponsePath | undefined): void {
    this.#errors ??= new Map();
    const known = this.#errors.get(position);
    if (known) {
      if (this.#givesWay(known, error)) this.#errors.set(position, error);
      return;
    }
    const isOmitted = this.#errors.has(position);
    if (!isOmitted && this.isDiscarded(position)) return;
    const isKept = !this.#isFull || this.#makeRoomFor(error);
    if (isKept === isOmitted) this.omitted += isKept ? -1 : 1;
    if (isKept || !isOmitted) this.#errors.set(position, isKept ? error : undefined);
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

  /** Omits a transient error for one that is not. */
  #makeRoomFor(error: GraphQLError): boolean {
    if (error === LEFT_OUT || this.#isTransient?.(error)) return false;
    const found = this.#findTransient();
    if (!found) return false;
    this.#errors?.set(found.position, undefined);
    this.omitted++;
    return true;
  }

  /** The latest kept transient error. */
  #findTransient(): { position: ResponsePath | undefined } | undefined {
    const errors = this.#errors;
    if (!errors) return undefined;
    const isTransientAt = (position: ResponsePath | undefined) => {
      const error = errors.get(position);
      return error !== undefined && this.#isTransient?.(error) === true;
    };
    this.#transient ??= [...errors.keys()].filter(isTransientAt);
    // Those that have given way since then are no longer transient.
    while (this.#transient.length > 0) {
      const position = this.#transient.at(-1);
      if (isTransientAt(position)) return { position };
      this.#transient.pop();
    }
    return undefined;
  }

  #givesWay(known: GraphQLError, error: GraphQLError): boolean {
    return this.#isTransient?.(known) === true && !this.#isTransient(error);
  }
}

/** What was thrown as an error without a place, to be judged before it gets one. */
const errorOf = (thrown: unknown): GraphQLError =>
  new GraphQLError('', { originalError: thrown instanceof Error ? thrown : null });
