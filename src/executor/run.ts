import { type GraphQLSchema, getArgumentValues } from 'graphql';
import { FieldErrors } from './field-errors.ts';
import type { PlannedField, PlannedOperation, Values } from './plan.ts';

export interface RunOptions {
  schema: GraphQLSchema;
  plan: PlannedOperation;
  rootValue: unknown;
  contextValue: unknown;
  /** As they are after coercion. */
  variables: Values;
}

/** One execution of an operation. */
export class Run {
  readonly errors = new FieldErrors();
  readonly schema: GraphQLSchema;
  readonly plan: PlannedOperation;
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly variables: Values;
  #arguments: Map<PlannedField, Values> | undefined;
  #awaited = 0;
  #onIdle = () => {};

  constructor({ schema, plan, rootValue, contextValue, variables }: RunOptions) {
    this.schema = schema;
    this.plan = plan;
    this.rootValue = rootValue;
    this.contextValue = contextValue;
    this.variables = variables;
  }

  /** A value is waited for. */
  begin(): void {
    this.#awaited++;
  }

  /** A value has come, or failed. */
  end(): void {
    this.#awaited--;
    if (this.#awaited === 0) this.#onIdle();
  }

  /** Uses what is there when nothing is waited for any more: at once, when nothing is. */
  whenIdle<Made>(make: () => Made | Promise<Made>): Made | Promise<Made> {
    if (this.#awaited === 0) return make();
    // In a breath of its own: made at once, answers outlive two collections of garbage and pile up until the next full one.
    return new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    }).then(make);
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
