import { type GraphQLSchema, getArgumentValues } from 'graphql';
import { FieldErrors, type IsTransient } from './field-errors.ts';
import type { PlannedField, PlannedOperation, Values } from './plan.ts';
import type { ResponsePosition } from './response-position.ts';

export interface ExecutionOptions {
  schema: GraphQLSchema;
  plan: PlannedOperation;
  rootValue: unknown;
  contextValue: unknown;
  /** As they are after coercion. */
  variables: Values;
  isTransient: IsTransient | undefined;
  stopReason: StopReason | undefined;
  /** How many field errors are kept. @default all */
  maxErrors: number | undefined;
}

/** Why no further root field of a mutation may start; undefined while one may. */
export type StopReason = () => Error | undefined;

/** A value that has not come yet, and its position. */
export interface Pending {
  readonly position: ResponsePosition;
  isSettled: boolean;
}

/** What a value takes in JSON that is no text, with the punctuation around it, in characters. */
export const SHORT_VALUE = 8;

/** One execution of an operation. */
export class Execution {
  readonly errors: FieldErrors;
  readonly schema: GraphQLSchema;
  readonly plan: PlannedOperation;
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly variables: Values;
  /** An estimate of the length of the data as JSON, in characters. */
  characters = 0;
  #arguments: Map<PlannedField, Values> | undefined;
  readonly stopReason: StopReason | undefined;
  /** What was waited for since all was settled. What is settled is taken from its end when something is settled. */
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

  /** A value of the response has not come yet. */
  addPending(position: ResponsePosition): Pending {
    const pending = { position, isSettled: false };
    this.#pending.push(pending);
    return pending;
  }

  /** A value has come, or failed. */
  settle(pending: Pending): void {
    pending.isSettled = true;
    if (!this.#onSettled || !this.#isSettled()) return;
    const onSettled = this.#onSettled;
    this.#onSettled = undefined;
    onSettled();
  }

  /**
   * Makes something when every value has come that the response can show. Values below a position that is null are not
   * waited for.
   *
   * @returns What was made: at once, when nothing is waited for.
   */
  whenSettled<Made>(make: () => Made | Promise<Made>): Made | Promise<Made> {
    if (this.#isSettled()) return make();
    // In a microtask of its own: made at once, answers outlive two collections of garbage and pile up until the next full one.
    return new Promise<void>((resolve) => {
      this.#onSettled = resolve;
    }).then(make);
  }

  /** A value stays settled, and a discarded position stays discarded: each is looked at until it is, and then taken out. */
  #isSettled(): boolean {
    const pending = this.#pending;
    for (let last = pending.at(-1); last; last = pending.at(-1)) {
      if (!last.isSettled && !this.errors.isDiscarded(last.position)) return false;
      pending.pop();
    }
    return true;
  }

  /**
   * What a field's resolver gets as its arguments, which are the same for every parent.
   *
   * @throws GraphQLError when they cannot be read.
   */
  argumentsOf(field: PlannedField): Values {
    if (field.args) return field.args;
    const known = this.#arguments?.get(field);
    if (known) return known;
    const args = getArgumentValues(field.definition, field.nodes[0], this.variables);
    const same = shared(args);
    if (same) {
      this.#arguments ??= new Map();
      this.#arguments.set(field, same);
    }
    return args;
  }
}

/** Arguments that many calls can get, because nobody can change them; undefined for others. */
export const shared = (args: Values): Values | undefined =>
  Object.values(args).every((value) => typeof value !== 'object' || value === null) ? Object.freeze(args) : undefined;
