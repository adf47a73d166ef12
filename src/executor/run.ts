import { type GraphQLResolveInfo, type GraphQLSchema, getArgumentValues, type ResponsePath } from 'graphql';
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
  readonly #arguments = new Map<PlannedField, Values>();

  constructor({ schema, plan, rootValue, contextValue, variables }: RunOptions) {
    this.schema = schema;
    this.plan = plan;
    this.rootValue = rootValue;
    this.contextValue = contextValue;
    this.variables = variables;
  }

  /**
   * What a field's resolver gets as its arguments, which are the same for every parent.
   *
   * @throws GraphQLError when they cannot be read.
   */
  argumentsOf(field: PlannedField): Values {
    if (field.args) return field.args;
    const known = this.#arguments.get(field);
    if (known) return known;
    const args = getArgumentValues(field.definition, field.nodes[0], this.variables);
    const same = shared(args);
    if (same) this.#arguments.set(field, same);
    return args;
  }
}

/**
 * A field where it stands in an answer: its path, and what its resolver gets to know of it. One object, because one is made
 * for every field of every answer, and hardly any is looked at.
 */
export class FieldPlace implements GraphQLResolveInfo, ResponsePath {
  readonly prev: ResponsePath | undefined;
  readonly key: string;
  readonly run: Run;
  readonly field: PlannedField;

  constructor(run: Run, field: PlannedField, prev: ResponsePath | undefined) {
    this.prev = prev;
    this.key = field.key;
    this.run = run;
    this.field = field;
  }

  get typename(): string {
    return this.field.parentType.name;
  }

  get path(): ResponsePath {
    return this;
  }

  get fieldName(): string {
    return this.field.definition.name;
  }

  get fieldNodes() {
    return this.field.nodes;
  }

  get returnType() {
    return this.field.definition.type;
  }

  get parentType() {
    return this.field.parentType;
  }

  get schema() {
    return this.run.schema;
  }

  get fragments() {
    return this.run.plan.fragmentsByName;
  }

  get rootValue() {
    return this.run.rootValue;
  }

  get operation() {
    return this.run.plan.operation;
  }

  get variableValues() {
    return this.run.variables;
  }
}

/** Arguments that many calls can get, because nobody can change them; undefined for others. */
export const shared = (args: Values): Values | undefined =>
  Object.values(args).every((value) => typeof value !== 'object' || value === null) ? Object.freeze(args) : undefined;
