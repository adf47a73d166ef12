import type { GraphQLResolveInfo, ResponsePath } from 'graphql';
import type { Execution } from './execution.ts';
import type { PlannedField } from './plan.ts';

/** What holds values of an answer: an object, or a list. */
export type Container = Record<string | number, unknown>;

/** A place in an answer: its path, and what holds its value there. */
export interface ResponsePosition extends ResponsePath {
  readonly prev: ResponsePosition | undefined;
  readonly container: Container;
  /** Whether null may not stand there. */
  readonly isNonNull: boolean;
  /** The field that it belongs to. */
  readonly field: FieldPosition;
}

/**
 * The place of a field, and what its resolver gets to know of it. One object, because one is made for every field of every
 * answer, and hardly any is looked at. What it knows are getters: a copy of it knows nothing.
 */
export class FieldPosition implements GraphQLResolveInfo, ResponsePosition {
  readonly prev: ResponsePosition | undefined;
  readonly key: string;
  readonly container: Container;
  readonly run: Execution;
  readonly planned: PlannedField;

  constructor(run: Execution, planned: PlannedField, prev: ResponsePosition | undefined, container: Container) {
    this.prev = prev;
    this.key = planned.key;
    this.container = container;
    this.run = run;
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

/** The place of an item in a list. */
export class ItemPosition implements ResponsePosition {
  readonly prev: ResponsePosition;
  readonly key: number;
  readonly container: Container;
  readonly isNonNull: boolean;
  readonly field: FieldPosition;

  /** @param list Where the list stands. */
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
