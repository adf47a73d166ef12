import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  type OperationDefinitionNode,
  type ResponsePath,
} from 'graphql';
import { FieldErrors, type IsTransient } from './field-errors.ts';

/** Coerced arguments or variables, by name. */
export type Values = Readonly<Record<string, unknown>>;

/** Fields selected on an object, planned once for each runtime type. */
export interface Selection {
  fieldsOf(type: GraphQLObjectType): PlannedFields;
}

/** Planned fields of one object type. */
export interface PlannedFields {
  readonly fields: readonly PlannedField[];
  /** Creates the response object with all keys in order and undefined values. */
  readonly empty: () => Record<string, unknown>;
  /** Estimated length of the object as JSON without its string values, in characters. */
  readonly characters: number;
}

/** A response field, with everything that can be computed before execution. */
export interface PlannedField {
  /** Response key: the alias, or the field name. */
  readonly key: string;
  /** Field nodes in the document; several if selections are merged. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly isNonNull: boolean;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly complete: Complete;
  /**
   * Serializes a leaf whose resolver does not use `info`, so that a value that is not pending needs no position.
   * @default undefined: the field takes the general path
   */
  readonly serialize: ((value: unknown) => unknown) | undefined;
  /** Property of the parent that holds the value of a field without a resolver; undefined for others. */
  readonly property: string | undefined;
  /** Arguments for the resolver; undefined if they must be coerced in each execution. */
  readonly args: Values | undefined;
}

/** An operation of a document, with the plan that its executions share. */
export interface PlannedOperation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** {@link fragments}, in the form that `GraphQLResolveInfo` requires. */
  readonly fragmentsByName: GraphQLResolveInfo['fragments'];
  /** Returns the selection for these variables: `@skip` and `@include` may depend on them. */
  selectionFor(variables: Values): Selection;
}

/**
 * Completes the value that a resolver returned (GraphQL, 6.4.3 "Value Completion").
 *
 * @returns The completed value; null as a placeholder while it is pending.
 * @throws Error if the value is invalid.
 */
export type Complete = (position: ResponsePosition, value: unknown) => unknown;

/** An object or a list in a response. */
export type Container = Record<string | number, unknown>;

/** A position in a response: its path, and the object or list that contains it. */
export interface ResponsePosition extends ResponsePath {
  readonly prev: ResponsePosition | undefined;
  readonly container: Container;
  /** True if the position is non-null. */
  readonly isNonNull: boolean;
  /** The position itself for a field, or the field that an item belongs to. */
  readonly field: FieldPosition;
}

/**
 * The position of a field, and the `info` argument of its resolver. One object for both, because it is created for almost
 * every field of every response. The properties of `info` are getters, so a spread copy of it lacks them.
 */
export class FieldPosition implements GraphQLResolveInfo, ResponsePosition {
  readonly prev: ResponsePosition | undefined;
  readonly key: string;
  readonly container: Container;
  readonly execution: Execution;
  readonly planned: PlannedField;

  constructor(execution: Execution, planned: PlannedField, prev: ResponsePosition | undefined, container: Container) {
    this.prev = prev;
    this.key = planned.key;
    this.container = container;
    this.execution = execution;
    this.planned = planned;
  }

  get field(): this {
    return this;
  }

  get isNonNull(): boolean {
    return this.planned.isNonNull;
  }

  get typename(): string {
    return this.planned.parentType.name;
  }

  get path(): ResponsePath {
    return this;
  }

  get fieldName(): string {
    return this.planned.definition.name;
  }

  get fieldNodes() {
    return this.planned.nodes;
  }

  get returnType() {
    return this.planned.definition.type;
  }

  get parentType() {
    return this.planned.parentType;
  }

  get schema() {
    return this.execution.schema;
  }

  get fragments() {
    return this.execution.plan.fragmentsByName;
  }

  get rootValue() {
    return this.execution.rootValue;
  }

  get operation() {
    return this.execution.plan.operation;
  }

  get variableValues() {
    return this.execution.variables;
  }
}

/** The position of a list item. */
export class ItemPosition implements ResponsePosition {
  readonly prev: ResponsePosition;
  readonly key: number;
  readonly container: Container;
  readonly isNonNull: boolean;
  readonly field: FieldPosition;

  /** @param list The position of the list. */
  constructor(list: ResponsePosition, key: number, container: Container, isNonNull: boolean) {
    this.prev = list;
    this.key = key;
    this.container = container;
    this.isNonNull = isNonNull;
    this.field = list.field;
  }

  get typename(): undefined {
    return undefined;
  }
}

export interface ExecutionOptions {
  schema: GraphQLSchema;
  plan: PlannedOperation;
  rootValue: unknown;
  contextValue: unknown;
  /** Coerced values. */
  variables: Values;
  isTransient: IsTransient | undefined;
  stopReason: StopReason | undefined;
  contextOf: ContextOf | undefined;
  /** Maximum number of field errors kept. @default unlimited */
  maxErrors: number | undefined;
}

/** Returns the context for the resolver of a field, in place of that of the operation. */
export type ContextOf = (field: FieldPosition) => unknown;

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
  /** @default all resolvers get the context of the operation */
  readonly contextOf: ContextOf | undefined;
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
    contextOf,
    maxErrors,
  }: ExecutionOptions) {
    this.errors = new FieldErrors(isTransient, maxErrors);
    this.stopReason = stopReason;
    this.contextOf = contextOf;
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
