import { type GraphQLSchema, getArgumentValues } from 'graphql';
import { FieldErrors, type IsTransient } from './field-errors.ts';
import type { PlannedField, PlannedOperation, Values } from './plan.ts';
import type { ResponsePosition } from './response-position.ts';

export interface ExecutionOptions {
  schema: GraphQLSchema;
  plan: PlannedOperation;
  rootValue: unknown;
  contextValue: unknown;
  /** Coerced values. */
  variables: Values;
  isTransient: IsTransient | undefined;
  stopReason: StopReason | undefined;
  /** Maximum number of field errors kept. @default unlimited */
  maxErrors: number | undefined;
}

/** Returns the error that keeps further root fields of a mutation from starting; undefined if there is none. */
export type StopReason = () => Error | undefined;

/** The position of a value that a promise will provide. */
export interface Pending {
  readonly position: ResponsePosition;
  isSettled: boolean;
}

/** Estimated length in JSON of a value other than a string, with the punctuation around it, in characters. */
export const NON_STRING_CHARACTERS = 8;

/** One execution of an operation. */
export class Execution {
  readonly errors: FieldErrors;
  readonly schema: GraphQLSchema;
  readonly plan: PlannedOperation;
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly variables: Values;
  /** Estimated length of the data as JSON, in characters. */
  characters = 0;
  #arguments: Map<PlannedField, Values> | undefined;
  readonly stopReason: StopReason | undefined;
  /** Pending values, as a stack: settled ones are popped from its end whenever a value settles. */
  readonly #pending: Pending[] = [];
  #onSettled: (() => void) | undefined;

  constructor({
    schema,
    plan,
    rootValue,
    contextValue,
    variables,
    isTransient,
    stopReason,
    maxErrors,
  }: ExecutionOptions) {
    this.errors = new FieldErrors(isTransient, maxErrors);
    this.stopReason = stopReason;
    this.schema = schema;
    this.plan = plan;
    this.rootValue = rootValue;
    this.contextValue = contextValue;
    this.variables = variables;
  }

  /** Registers a pending value. */
  addPending(position: ResponsePosition): Pending {
    const pending = { position, isSettled: false };
    this.#pending.push(pending);
    return pending;
  }

  /** Marks a pending value as fulfilled or rejected. */
  settle(pending: Pending): void {
    pending.isSettled = true;
    if (!this.#onSettled || !this.#isSettled()) return;
    const onSettled = this.#onSettled;
    this.#onSettled = undefined;
    onSettled();
  }

  /**
   * Calls `make` once all values that the response can contain are settled. Values below a position that is null do not
   * count.
   *
   * @returns The result of `make`; synchronously if nothing is pending.
   */
  whenSettled<Made>(make: () => Made | Promise<Made>): Made | Promise<Made> {
    if (this.#isSettled()) return make();
    // In a separate microtask: responses made synchronously survive two minor garbage collections and accumulate until the
    // next major one.
    return new Promise<void>((resolve) => {
      this.#onSettled = resolve;
    }).then(make);
  }

  /** True if no visible value is pending. Pops settled and discarded values, which never become pending again. */
  #isSettled(): boolean {
    const pending = this.#pending;
    for (let last = pending.at(-1); last; last = pending.at(-1)) {
      if (!last.isSettled && !this.errors.isDiscarded(last.position)) return false;
      pending.pop();
    }
    return true;
  }

  /**
   * Returns the arguments for a field's resolver, which are the same for every parent object.
   *
   * @throws GraphQLError if an argument cannot be coerced.
   */
  argumentsOf(field: PlannedField): Values {
    if (field.args) return field.args;
    const known = this.#arguments?.get(field);
    if (known) return known;
    const args = getArgumentValues(field.definition, field.nodes[0], this.variables);
    const same = toSharedArguments(args);
    if (same) {
      this.#arguments ??= new Map();
      this.#arguments.set(field, same);
    }
    return args;
  }
}

/** Freezes arguments so that all calls can share them; undefined if they contain objects, which are not frozen. */
export const toSharedArguments = (args: Values): Values | undefined =>
  Object.values(args).every((value) => typeof value !== 'object' || value === null) ? Object.freeze(args) : undefined;
